"""The site file: what a site defends, what watches over it, who may do what."""
