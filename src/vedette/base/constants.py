"""Physical and geodetic constants, with their source."""

# WGS-84 (NIMA TR8350.2, table 3.1 and 3.3)
WGS84_SEMI_MAJOR_M = 6_378_137.0
WGS84_FLATTENING = 1.0 / 298.257223563
WGS84_ECC2 = WGS84_FLATTENING * (2.0 - WGS84_FLATTENING)

GRAVITY_MPS2 = 9.80665  # standard gravity, ISO 80000-3
SPEED_OF_LIGHT_MPS = 299_792_458.0  # BIPM
# Air slows radio by 315 ppm at sea level, 1/e less every 7.35 km (ITU-R P.453): by about 200 ppm on
# the way down from aircraft. 100 ppm are 30 m over 300 km, as much as a good clock's error.
AIR_M_PER_NS = SPEED_OF_LIGHT_MPS * 1e-9 / 1.0002

NS_PER_S = 1_000_000_000
S_PER_DAY = 86_400
S_OF_LONGEST_DAY = S_PER_DAY + 1  # with a leap second, which counts as the first of the next day
NS_PER_DAY = S_PER_DAY * NS_PER_S

M_PER_FT = 0.3048  # exact, international foot
MPS_PER_KT = 1852.0 / 3600.0  # exact, international nautical mile
M_PER_NMI = 1852.0
