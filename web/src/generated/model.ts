// Generated from the Python structs by `python -m vedette.server.typescript`. Do not edit.
// Every time here is integer microseconds UTC (`_us`), every other unit stands in the name.

/** Standard identity, STANAG 1241. */
export const IDENTITIES = ["PENDING", "UNKNOWN", "ASSUMED_FRIEND", "FRIEND", "NEUTRAL", "SUSPECT", "HOSTILE"] as const;
export type Identity = (typeof IDENTITIES)[number];

/** What an object is, as far as we tell objects apart; `model.kinds` says what belongs together. */
export const OBJECT_CLASSES = ["bird", "flock", "balloon", "multirotor", "fixed_wing_uas", "one_way_uas", "helicopter", "light_aircraft", "aeroplane", "other"] as const;
export type ObjectClass = (typeof OBJECT_CLASSES)[number];

/** How much a fault matters to the picture. */
export const SEVERITIES = ["info", "caution", "alarm"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Whether a source can be believed now. */
export const SOURCE_HEALTHS = ["ok", "degraded", "stale", "failed", "never_heard"] as const;
export type SourceHealth = (typeof SOURCE_HEALTHS)[number];

/** POSSIBLE: be ready. IMMINENT: take cover now. */
export const WARNING_LEVELS = ["possible", "imminent"] as const;
export type WarningLevel = (typeof WARNING_LEVELS)[number];

/** Weapons control status (ATP-3-01.15): a policy that only ever restricts. */
export const WEAPONS_CONTROLS = ["hold", "tight", "free"] as const;
export type WeaponsControl = (typeof WEAPONS_CONTROLS)[number];

/** The life of one authorisation. Every step but EXPIRED and CANCELLED is a human's or the simulated effector's own report. */
export const ENGAGEMENT_STATES = ["proposed", "first_authorised", "authorised", "executing", "executed", "expired", "cancelled"] as const;
export type EngagementState = (typeof ENGAGEMENT_STATES)[number];

/** What the track alone says happened after an engagement. */
export const OUTCOMES = ["pending", "destroyed", "continued", "unsure"] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** What the picture is made of; marked on every screen and message. */
export const MODES = ["LIVE", "SIMULATED", "EXERCISE", "REPLAY"] as const;
export type Mode = (typeof MODES)[number];

/** What a person may do. */
export const ROLES = ["viewer", "operator", "identification_authority", "engagement_authority", "administrator", "auditor", "instructor", "effector_simulator", "sensor"] as const;
export type Role = (typeof ROLES)[number];

/** What somebody may do. */
export const RIGHTS = ["public", "logged_in", "view", "report", "send", "see_operators", "keep_watch", "identify", "draw_zones", "authorise", "attach", "audit", "instruct", "move_effectors"] as const;
export type Right = (typeof RIGHTS)[number];

/** Which roles give a right; one of them is enough. */
export const GRANTS: Record<Right, readonly Role[]> = {
  public: ["viewer", "operator", "identification_authority", "engagement_authority", "administrator", "auditor", "instructor", "effector_simulator", "sensor"],
  logged_in: ["viewer", "operator", "identification_authority", "engagement_authority", "administrator", "auditor", "instructor", "effector_simulator", "sensor"],
  view: ["viewer", "operator", "identification_authority", "engagement_authority", "administrator", "auditor", "instructor", "effector_simulator"],
  report: ["viewer", "operator", "identification_authority", "engagement_authority", "administrator", "auditor", "instructor", "effector_simulator"],
  send: ["operator", "administrator", "sensor"],
  see_operators: ["operator", "identification_authority"],
  keep_watch: ["operator", "identification_authority", "engagement_authority"],
  identify: ["identification_authority"],
  draw_zones: ["identification_authority"],
  authorise: ["engagement_authority"],
  attach: ["operator", "identification_authority", "engagement_authority", "auditor"],
  audit: ["auditor"],
  instruct: ["instructor"],
  move_effectors: ["effector_simulator"],
};
/** The right that a command takes; lifting a hold takes `authorise`. */
export const COMMAND_RIGHTS: Record<CommandRequest["command"], Right> = {
  acknowledge_warning: "keep_watch",
  order_cover: "keep_watch",
  all_clear: "keep_watch",
  assess_track: "keep_watch",
  identify_track: "identify",
  dismiss_track: "keep_watch",
  merge_tracks: "keep_watch",
  split_tracks: "keep_watch",
  decorrelate_source: "keep_watch",
  correlate_source: "keep_watch",
  annotate: "keep_watch",
  remove_note: "keep_watch",
  set_zone: "draw_zones",
  remove_zone: "draw_zones",
  set_weapons_control: "authorise",
  set_hold: "keep_watch",
  authorise_engagement: "authorise",
  cancel_engagement: "keep_watch",
  effector_report: "move_effectors",
  assess_outcome: "keep_watch",
  task_sensor: "keep_watch",
};

export const STATUSES = ["tentative", "confirmed", "coasting"] as const;

/** The body of every answer that is not 2xx: one line that says what was wrong. */
export interface ErrorView {
  error: string;
}

/** Who is logged in at this browser, if anybody; csrf goes into X-Vedette-CSRF. */
export interface SessionView {
  name: string | null;
  roles: Role[];
  rights: Right[];
  csrf: string | null;
  locked: boolean;
  idle_lock_s: number;
  login_required: boolean;
  accounts: boolean;
  encrypted: boolean;
  hint: string;
  provider: string;
  outside: boolean;
}

/** The origin of the site's east-north-up frame, on the WGS-84 ellipsoid. */
export interface Reference {
  lat_deg: number;
  lon_deg: number;
  hae_m: number;
  geoid_m: number | null;
  declination_deg: number | null;
}

/** What is defended: a point with a radius, or a polygon, with a height; it may move. */
export interface Asset {
  id: string;
  name: string;
  lat_deg: number;
  lon_deg: number;
  radius_m: number;
  polygon: [number, number][] | null;
  ground_hae_m: number | null;
  height_m: number;
  value: number;
  position_feed: string | null;
  position_id: string | null;
}

/** People who are warned together, and how long they need to take cover. */
export interface Zone {
  id: string;
  name: string;
  asset: string;
  polygon: [number, number][] | null;
  take_cover_s: number;
  possible_s: number;
  imminent_s: number;
  reach_prob_possible: number;
  reach_prob_imminent: number;
  unassessed_s: number;
  channels: string[];
}

/** Where a sensor sees. from == to: all round. */
export interface Coverage {
  range_min_m: number;
  range_max_m: number;
  azimuth_from_deg: number;
  azimuth_to_deg: number;
  elevation_min_deg: number;
  elevation_max_deg: number;
  mask: [number, number][];
}

/** One antenna of a sensor of kind tdoa. id: as its detections name it. */
export interface Receiver {
  id: string;
  lat_deg: number;
  lon_deg: number;
  hae_m: number;
}

/** One sensor: its kind says which of its sigmas matter. */
export interface Sensor {
  id: string;
  name: string;
  kind: "adsb" | "bearing" | "bearing_elevation" | "position" | "radar_2d" | "radar_3d" | "range" | "tdoa";
  lat_deg: number;
  lon_deg: number;
  hae_m: number;
  azimuth_offset_deg: number;
  range_sigma_m: number;
  azimuth_sigma_deg: number;
  elevation_sigma_deg: number;
  range_rate_sigma_mps: number;
  horizontal_sigma_m: number;
  vertical_sigma_m: number;
  range_resolution_m: number;
  azimuth_resolution_deg: number;
  elevation_resolution_deg: number;
  detection_prob: number;
  clutter_per_scan: number;
  range_rate_ambiguity_mps: number | null;
  blind_speed_mps: number;
  antenna_agl_m: number | null;
  scan_period_s: number;
  scan: "frame" | "rotating";
  cooperative: boolean | null;
  authenticated: boolean;
  stale_s: number;
  clock: "none" | "synchronised" | "unstated";
  delay_s: number;
  coverage: Coverage;
  receivers: Receiver[];
  sac: number | null;
  sic: number | null;
  amplitude_at_1km_dbm: number | null;
  sapient_node: string | null;
  pointable: boolean;
  observer: boolean;
  neighbour: boolean;
}

/** An effector MODEL. Only simulated = true is accepted; there is no other kind. */
export interface Effector {
  id: string;
  name: string;
  simulated: boolean;
  lat_deg: number;
  lon_deg: number;
  hae_m: number;
  range_min_m: number;
  range_max_m: number;
  reaction_s: number;
  speed_mps: number;
  success_prob: number;
  magazine: number;
  hazard_radius_m: number;
}

/** A published procedure or a friendly recovery lane: a centre line with a half width. */
export interface Corridor {
  id: string;
  name: string;
  kind: "civil" | "friendly";
  line: [number, number][];
  half_width_m: number;
  floor_hae_m: number;
  ceiling_hae_m: number;
  speed_min_mps: number;
  speed_max_mps: number;
}

/** A name on the map. */
export interface MapPlace {
  name: string;
  lat_deg: number;
  lon_deg: number;
  rank: number;
}

/** A runway, river, road or border on the map. */
export interface MapLine {
  kind: "border" | "fence" | "river" | "road" | "runway";
  name: string;
  points: [number, number][];
}

/** What is drawn under the picture, beside the shipped base map. pmtiles: a PMTiles v3 file. */
export interface SiteMap {
  pmtiles: string | null;
  places: MapPlace[];
  lines: MapLine[];
}

/** The site's own map: how it is drawn, and where pieces of it are had. */
export interface GroundView {
  kind: "raster" | "vector";
  url: string;
  min_zoom: number;
  max_zoom: number;
  west_deg: number;
  south_deg: number;
  east_deg: number;
  north_deg: number;
  layers: string[];
  attribution: string;
}

/** The wind as last reported, for drift and debris. */
export interface Wind {
  from_deg: number;
  speed_mps: number;
  speed_sigma_mps: number;
}

/** The site as the display needs it: no accounts, no addresses, no secrets. */
export interface SiteView {
  name: string;
  mode: Mode;
  made_as: Mode;
  reference: Reference;
  assets: Asset[];
  zones: Zone[];
  channels: string[];
  zone_reach_m: number;
  sensors: Sensor[];
  effectors: Effector[];
  corridors: Corridor[];
  map: SiteMap;
  ground: GroundView | null;
  wind: Wind;
  authorisation_s: number;
  history_s: number;
  identities: string[];
  classes: string[];
  statuses: string[];
  version: string;
}

/** One track in words and SI: a row of the stream's columns. */
export interface TrackView {
  track_id: number;
  lat_deg: number;
  lon_deg: number;
  hae_m: number;
  east_m: number;
  north_m: number;
  up_m: number;
  v_east_mps: number;
  v_north_mps: number;
  v_up_mps: number;
  sigma_east_m: number;
  sigma_north_m: number;
  sigma_up_m: number;
  cov_en_m2: number;
  existence_prob: number;
  status: string;
  identity: Identity;
  object_class: ObjectClass;
  class_prob: number;
  age_s: number;
  cpa_m: number | null;
  cpa_s: number | null;
  arrival_s: number | null;
  arrival_sigma_s: number | null;
  reach_prob: number | null;
  threat_asset: string | null;
  arrival_asset: string | null;
  assessed: boolean;
  dismissed: boolean;
  height_observed: boolean;
  label: string;
}

/** One warning of one zone: latched until a human clears it. */
export interface WarningRecord {
  warning_id: number;
  revision: number;
  zone_id: string;
  zone_name: string;
  level: WarningLevel;
  track_ids: number[];
  raised_us: number;
  arrival_us: number;
  seconds_left_s: number | null;
  reason: string;
  spoken: string;
  cause: string;
  t_detect_us: number;
  level_us: number;
  said: Record<string, string>;
  grounds: string[];
  acknowledged_by: string | null;
  acknowledged_us: number;
  delivered: Record<string, number>;
  failed: Record<string, string>;
}

/** One (simulated) engagement, from the first authorisation to its outcome. */
export interface Engagement {
  engagement_id: number;
  track_id: number;
  effector_id: string;
  state: EngagementState;
  first_person: string;
  first_session: string;
  opened_us: number;
  expires_us: number;
  track_digest: string;
  second_person: string | null;
  authorised_us: number;
  executed_us: number;
  outcome: Outcome;
  outcome_by: string;
  outcome_reason: string;
}

/** What a simulated effector could do about one track, for a human to weigh. */
export interface EngagementOption {
  track_id: number;
  effector_id: string;
  effector_name: string;
  available: boolean;
  obstacle: string;
  time_to_reach_s: number | null;
  latest_decision_s: number | null;
  success_prob: number | null;
  civil_touched: number[];
  debris_lat_deg: number | null;
  debris_lon_deg: number | null;
  debris_radius_m: number | null;
  debris_on_asset: string;
  track_digest: string;
  reason: string;
}

/** The standing restrictions. */
export interface Posture {
  weapons_control: WeaponsControl;
  hold: boolean;
}

/** Something that wants a human now, in words. At most five are shown. */
export interface QueueItem {
  key: string;
  kind: string;
  priority: number;
  text: string;
  reason: string;
  track_id: number | null;
  warning_id: number | null;
  engagement_id: number | null;
  deadline_us: number | null;
}

/** One part of a sensor's own bias, measured minus true, with its standard deviation. */
export interface BiasEstimate {
  of: string;
  unit: string;
  value: number;
  sigma: number;
}

/** One feed, sensor or output: what arrives, how old it is, what was refused and why. */
export interface SourceState {
  source: string;
  kind: string;
  health: SourceHealth;
  reason: string;
  last_us: number;
  reports: number;
  rate_hz: number;
  refused: number;
  refused_by_reason: Record<string, number>;
  passed_by_reason: Record<string, number>;
  shed: number;
  lost: number;
  latency_s: number;
  clock_offset_s: number | null;
  biases: BiasEstimate[];
  set_aside: boolean;
}

/** Tracks that fly together, for one symbol: "about 20, 150 m wide". */
export interface TrackGroup {
  group_id: number;
  track_ids: number[];
  count: number;
  lat_deg: number;
  lon_deg: number;
  hae_m: number;
  v_east_mps: number;
  v_north_mps: number;
  length_m: number;
  width_m: number;
  axis_rad: number;
  resolved: boolean;
  told: boolean;
  parent_id: number;
  since_us: number;
  seen_us: number;
}

/** What people said of which tracks and sources are one object. */
export interface Correlation {
  track_id: number;
  joined: number[];
  decorrelated: string[];
}

/** What a person wrote on a track, while it lives, or on a place, until somebody removes it. */
export interface Note {
  note_id: number;
  text: string;
  person: string;
  t_us: number;
  track_id: number | null;
  lat_deg: number | null;
  lon_deg: number | null;
}

/** A zone as it stands now: of the site file, or as people have drawn it since. */
export interface StandingZone {
  zone_id: string;
  name: string;
  asset_id: string;
  take_cover_s: number;
  possible_s: number;
  imminent_s: number;
  unassessed_s: number;
  reach_prob_possible: number;
  reach_prob_imminent: number;
  channels: string[];
  polygon: [number, number][] | null;
  change: string;
  revision: number;
  by: string;
  reason: string;
  since_us: number;
}

/** One alarm in words, and when it was. */
export interface AlarmLine {
  t_us: number;
  text: string;
}

/** How many alarms the watch has to carry, live, against EEMUA 191 and ISA-18.2. */
export interface AlarmView {
  total: number;
  last_10_min: number;
  per_10_min_mean: number | null;
  per_10_min_peak: number;
  watched_s: number;
  flood: boolean;
  floods: number;
  within_limits: boolean;
  recent: AlarmLine[];
}

/** The whole air picture at one moment (GET /api/picture). */
export interface PictureView {
  t_us: number;
  mode: Mode;
  made_as: Mode;
  site: string;
  tracks: TrackView[];
  warnings: WarningRecord[];
  engagements: Engagement[];
  options: EngagementOption[];
  posture: Posture;
  queue: QueueItem[];
  sources: SourceState[];
  groups: TrackGroup[];
  correlations: Correlation[];
  notes: Note[];
  zones: StandingZone[];
  alarms: AlarmView;
}

/** One thing to know, and why. track_id where it is about one. */
export interface BriefLine {
  text: string;
  reason: string;
  track_id: number | null;
}

/** One question, answered. more: how many lines were left out; nothing: said where none. */
export interface BriefPart {
  name: string;
  title: string;
  lines: BriefLine[];
  more: number;
}

/** What the watch that takes over must know (GET /api/brief), part by part, in words. */
export interface BriefView {
  t_us: number;
  mode: Mode;
  made_as: Mode;
  site: string;
  parts: BriefPart[];
}

/** One item of a ledger, in words a watch officer reads. */
export interface Evidence {
  kind: string;
  source: string;
  about: string;
  weight_log_odds: number;
  health_ratio: number;
  t_us: number;
  text: string;
}

/** Who and what one track is. class_prob holds every ObjectClass, summing to 1. */
export interface IdentityRecord {
  track_id: number;
  identity: Identity;
  identity_by: string;
  identity_reason: string;
  object_class: ObjectClass;
  class_prob: Record<string, number>;
  ledger: Evidence[];
  label: string;
  own_word: boolean;
  unseen_by: string;
  checking: boolean;
  near_friend: string;
  contradicted: string;
  several_prob: number;
  crowd_ratio: number;
  bird_ratio: number;
  since_us: number;
  assessed_by: string | null;
  assessed_us: number;
  dismissed_by: string | null;
  dismissed_reason: string;
}

/** What one track can do to one defended asset (`model.picture.Threat`), with its words. */
export interface ThreatView {
  track_id: number;
  asset_id: string;
  asset_name: string;
  zone_id: string;
  range_m: number | null;
  closing_mps: number | null;
  cpa_m: number | null;
  cpa_s: number | null;
  arrival_s: number | null;
  arrival_sigma_s: number | null;
  arrival_early_s: number | null;
  arrival_late_s: number | null;
  detour_prob: number | null;
  reach_prob: number | null;
  bearing_rad: number | null;
  off_rad: number | null;
  speed_mps: number | null;
  reason: string;
}

/** When a sensor last contributed to a track. */
export interface SourceAge {
  sensor: string;
  name: string;
  age_s: number;
}

/** Where a track was (about once a second). */
export interface PathPoint {
  t_us: number;
  lat_deg: number;
  lon_deg: number;
  hae_m: number;
  v_east_mps: number;
  v_north_mps: number;
  v_up_mps: number;
}

/** Where a track will be in `in_s` seconds if it holds its course: the ellipse of 95 %. */
export interface PredictedPlace {
  in_s: number;
  lat_deg: number;
  lon_deg: number;
  semi_major_m: number;
  semi_minor_m: number;
  orientation_deg: number;
}

/** Everything about one track (GET /api/tracks/{id}). current: still in the picture. */
export interface TrackDetail {
  t_us: number;
  track_id: number;
  current: boolean;
  started_us: number;
  track: TrackView | null;
  identity: IdentityRecord | null;
  threats: ThreatView[];
  options: EngagementOption[];
  sources: SourceAge[];
  path: PathPoint[];
  prediction: PredictedPlace[];
}

/** What a track was to one asset, a number a point of time, None where it is not known. */
export interface AssetCourse {
  asset: string;
  name: string;
  range_m: (number | null)[];
  closing_mps: (number | null)[];
  reach_prob: (number | null)[];
}

/** How a track came to be where it is (GET /api/tracks/{id}/course): about a point a second. */
export interface TrackCourse {
  track_id: number;
  t_us: number[];
  up_m: (number | null)[];
  sigma_up_m: (number | null)[];
  assets: AssetCourse[];
}

/** Where a track says its operator is (GET /api/tracks/{id}/operator): a claim, personal data. */
export interface OperatorView {
  track_id: number;
  remote_id: string;
  operator_id: string | null;
  lat_deg: number;
  lon_deg: number;
  hae_m: number | null;
  place: string;
  age_s: number;
}

/** A system track exists: confirmed by its existence probability. */
export interface TrackStarted {
  event: "TrackStarted";
  t_us: number;
  track_id: number;
  lat_deg: number;
  lon_deg: number;
  hae_m: number;
  range_m: number;
  bearing_deg: number;
  sensors: string[];
}

/** A confirmed track has not been seen for a while; its place is a prediction. */
export interface TrackCoasting {
  event: "TrackCoasting";
  t_us: number;
  track_id: number;
  unseen_s: number;
}

/** A coasting track was seen again. */
export interface TrackRegained {
  event: "TrackRegained";
  t_us: number;
  track_id: number;
}

/** A system track has ended; its last state is kept here. */
export interface TrackLost {
  event: "TrackLost";
  t_us: number;
  track_id: number;
  reason: string;
  lat_deg: number;
  lon_deg: number;
  hae_m: number;
  v_east_mps: number;
  v_north_mps: number;
  v_up_mps: number;
}

/** Two tracks proved to be one object; `track_id` lives on. */
export interface TracksMerged {
  event: "TracksMerged";
  t_us: number;
  track_id: number;
  absorbed_track_id: number;
}

/** Two live tracks send one address or serial: they stay two. Told once for each pair. */
export interface IdentityKeyShared {
  event: "IdentityKeyShared";
  t_us: number;
  track_id: number;
  other_track_id: number;
  kind: string;
  key: string;
}

/** A track sends another address or serial than before. Fields as of IdentityKeyShared. */
export interface IdentityKeyChanged {
  event: "IdentityKeyChanged";
  t_us: number;
  track_id: number;
  kind: string;
  before: string;
  after: string;
}

/** Three or more tracks have flown together for some seconds: a swarm, under one number. */
export interface GroupFormed {
  event: "GroupFormed";
  t_us: number;
  group_id: number;
  track_ids: number[];
}

/** A part of a group flies its own way, as a group with a number of its own. */
export interface GroupSplit {
  event: "GroupSplit";
  t_us: number;
  group_id: number;
  new_group_id: number;
  track_ids: number[];
}

/** The members of a group no longer fly together; their tracks live on. */
export interface GroupDissolved {
  event: "GroupDissolved";
  t_us: number;
  group_id: number;
}

/** The table of tracks is full; what has the least existence is given up. */
export interface TrackLimitReached {
  event: "TrackLimitReached";
  t_us: number;
  capacity: number;
}

/** Who the track is, before and after, and why in words. by: "evidence" or a person. */
export interface IdentityChanged {
  event: "IdentityChanged";
  t_us: number;
  track_id: number;
  before: Identity;
  after: Identity;
  reason: string;
  by: string;
}

/** What the track most probably is. */
export interface ClassChanged {
  event: "ClassChanged";
  t_us: number;
  track_id: number;
  object_class: string;
  prob: number;
  reason: string;
}

/** A claim and the measurements disagree, or two tracks send one address. */
export interface IdentityConflict {
  event: "IdentityConflict";
  t_us: number;
  track_id: number;
  reason: string;
}

/** What nobody has identified flies near a listed flight that comes home: told once a pair. */
export interface UnknownNearFriend {
  event: "UnknownNearFriend";
  t_us: number;
  track_id: number;
  friend_track_id: number;
  flight: string;
  distance_m: number;
  reason: string;
}

/** A person has assessed the track. */
export interface TrackAssessed {
  event: "TrackAssessed";
  t_us: number;
  track_id: number;
  person: string;
  remark: string;
}

/** A person has taken the track out of the queue. */
export interface TrackDismissed {
  event: "TrackDismissed";
  t_us: number;
  track_id: number;
  person: string;
  reason: string;
}

/** A dismissed or assessed track got worse and is back in the queue. */
export interface TrackRecalled {
  event: "TrackRecalled";
  t_us: number;
  track_id: number;
  reason: string;
}

/** A person said that two tracks are one object; it is shown under track_id. */
export interface TracksJoined {
  event: "TracksJoined";
  t_us: number;
  track_id: number;
  joined_track_id: number;
  person: string;
  reason: string;
}

/** What a person had joined is two tracks again. by: a person, or "evidence": far apart. */
export interface TracksParted {
  event: "TracksParted";
  t_us: number;
  track_id: number;
  parted_track_id: number;
  by: string;
  reason: string;
}

/** A person said that a sensor's reports are not of this track. */
export interface SourceDecorrelated {
  event: "SourceDecorrelated";
  t_us: number;
  track_id: number;
  source: string;
  person: string;
  reason: string;
}

/** A person took that back: the sensor's reports may be of this track again. */
export interface SourceCorrelated {
  event: "SourceCorrelated";
  t_us: number;
  track_id: number;
  source: string;
  person: string;
  reason: string;
}

/** A person wrote a note on a track (track_id) or on a place (degrees). */
export interface NoteWritten {
  event: "NoteWritten";
  t_us: number;
  note_id: number;
  text: string;
  person: string;
  track_id: number | null;
  lat_deg: number | null;
  lon_deg: number | null;
}

/** A person took a note away. */
export interface NoteRemoved {
  event: "NoteRemoved";
  t_us: number;
  note_id: number;
  text: string;
  person: string;
  track_id: number | null;
}

/** A person drew a zone or changed it; it warns so from this step on. */
export interface ZoneSet {
  event: "ZoneSet";
  t_us: number;
  zone_id: string;
  zone_name: string;
  change: string;
  revision: number;
  asset_id: string;
  take_cover_s: number;
  person: string;
  reason: string;
  polygon: [number, number][] | null;
}

/** A person took a zone away; it warns no more. */
export interface ZoneRemoved {
  event: "ZoneRemoved";
  t_us: number;
  zone_id: string;
  zone_name: string;
  person: string;
  reason: string;
}

/** People in a zone are warned. revision counts raise and escalations; each is delivered once a channel. t_detect_us: start of the track that causes it. said: what is spoken, by language. */
export interface WarningRaised {
  event: "WarningRaised";
  t_us: number;
  warning_id: number;
  revision: number;
  zone_id: string;
  zone_name: string;
  level: WarningLevel;
  track_ids: number[];
  seconds_left_s: number;
  reason: string;
  spoken: string;
  cause: string;
  t_detect_us: number;
  simulated: boolean;
  said: Record<string, string>;
}

/** People must act anew: from possible to imminent, much sooner than told, or a new raid. */
export interface WarningEscalated {
  event: "WarningEscalated";
  t_us: number;
  warning_id: number;
  revision: number;
  zone_id: string;
  zone_name: string;
  level: WarningLevel;
  track_ids: number[];
  seconds_left_s: number;
  reason: string;
  spoken: string;
  cause: string;
  t_detect_us: number;
  simulated: boolean;
  said: Record<string, string>;
}

/** Tracks have joined an open warning and ask nobody for another act: no new revision, no alarm. track_ids: all it now names. t_detect_us: start of the oldest of those that warn now. */
export interface WarningUpdated {
  event: "WarningUpdated";
  t_us: number;
  warning_id: number;
  revision: number;
  zone_id: string;
  zone_name: string;
  level: WarningLevel;
  track_ids: number[];
  seconds_left_s: number;
  reason: string;
  cause: string;
  t_detect_us: number;
}

/** A channel confirmed delivery. */
export interface WarningDelivered {
  event: "WarningDelivered";
  t_us: number;
  warning_id: number;
  revision: number;
  channel: string;
  latency_s: number;
}

/** A channel did not take the warning: itself an alarm. */
export interface WarningDeliveryFailed {
  event: "WarningDeliveryFailed";
  t_us: number;
  warning_id: number;
  revision: number;
  channel: string;
  detail: string;
}

/** A person has seen the warning. */
export interface WarningAcknowledged {
  event: "WarningAcknowledged";
  t_us: number;
  warning_id: number;
  person: string;
}

/** A person gave the all-clear, a revision too. grounds: what they saw, of each track. */
export interface WarningCleared {
  event: "WarningCleared";
  t_us: number;
  warning_id: number;
  zone_id: string;
  person: string;
  reason: string;
  revision: number;
  grounds: string[];
  zone_name: string;
}

/** The restricting policy changed. */
export interface WeaponsControlChanged {
  event: "WeaponsControlChanged";
  t_us: number;
  before: WeaponsControl;
  after: WeaponsControl;
  person: string;
  reason: string;
}

/** Hold was set or lifted. */
export interface HoldChanged {
  event: "HoldChanged";
  t_us: number;
  on: boolean;
  person: string;
  reason: string;
}

/** One of two people has authorised (in simulation). */
export interface EngagementFirstAuthorised {
  event: "EngagementFirstAuthorised";
  t_us: number;
  engagement_id: number;
  track_id: number;
  effector_id: string;
  person: string;
  expires_t_us: number;
}

/** Two different people have authorised (in simulation). */
export interface EngagementAuthorised {
  event: "EngagementAuthorised";
  t_us: number;
  engagement_id: number;
  track_id: number;
  effector_id: string;
  persons: [string, string];
  expires_t_us: number;
}

/** The authorisation was not used in time. */
export interface EngagementExpired {
  event: "EngagementExpired";
  t_us: number;
  engagement_id: number;
}

/** Withdrawn: by a person, by hold, or because the track changed. */
export interface EngagementCancelled {
  event: "EngagementCancelled";
  t_us: number;
  engagement_id: number;
  by: string;
  reason: string;
}

/** The simulated effector has begun. */
export interface EngagementExecuting {
  event: "EngagementExecuting";
  t_us: number;
  engagement_id: number;
  detail: string;
}

/** The simulated effector says it is done. */
export interface EngagementExecuted {
  event: "EngagementExecuted";
  t_us: number;
  engagement_id: number;
  detail: string;
}

/** What became of the engaged track. by: "track" or a person. */
export interface OutcomeAssessed {
  event: "OutcomeAssessed";
  t_us: number;
  engagement_id: number;
  track_id: number;
  outcome: Outcome;
  by: string;
  reason: string;
}

/** Where the wreckage lies: an ellipse on the ground that holds it with `prob`. */
export interface DebrisAreaEstimated {
  event: "DebrisAreaEstimated";
  t_us: number;
  engagement_id: number;
  track_id: number;
  lat_deg: number;
  lon_deg: number;
  semi_major_m: number;
  semi_minor_m: number;
  orientation_deg: number;
  prob: number;
  method: string;
}

/** An exhibit is in custody: its hash, who, when. */
export interface ExhibitAttached {
  event: "ExhibitAttached";
  t_us: number;
  sha256: string;
  file_name: string;
  media_type: string;
  size_bytes: number;
  description: string;
  person: string;
  taken_t_us: number | null;
  lat_deg: number | null;
  lon_deg: number | null;
  engagement_id: number | null;
}

/** A command was not carried out, and why. */
export interface CommandRefused {
  event: "CommandRefused";
  t_us: number;
  command_id: string;
  command: string;
  person: string;
  reason: string;
}

/** A source became worse or better. */
export interface SourceHealthChanged {
  event: "SourceHealthChanged";
  t_us: number;
  source: string;
  before: SourceHealth;
  after: SourceHealth;
  reason: string;
}

/** Input was refused; counted since the last such event, at most one a second per reason. */
export interface InputRefused {
  event: "InputRefused";
  t_us: number;
  source: string;
  reason: string;
  count: number;
  detail: string;
  severity: Severity;
}

/** A queue was full and the loudest source lost its oldest. */
export interface InputShed {
  event: "InputShed";
  t_us: number;
  source: string;
  count: number;
}

/** A source says something in words: it has registered, its mode, an alert, a task's end. */
export interface SourceReported {
  event: "SourceReported";
  t_us: number;
  source: string;
  kind: string;
  text: string;
  severity: Severity;
}

/** A person has asked a pointable sensor for something; its answer is told by itself. */
export interface SensorTasked {
  event: "SensorTasked";
  t_us: number;
  sensor: string;
  task: string;
  person: string;
  track_id: number | null;
  mode: string;
  lat_deg: number | null;
  lon_deg: number | null;
  hae_m: number | null;
  started_us: number;
}

/** The service began a recording. */
export interface ServiceStarted {
  event: "ServiceStarted";
  t_us: number;
  version: string;
  site: string;
  site_sha256: string;
}

/** The service came back after a crash; the picture is that of `t_last_us`. */
export interface ServiceRestored {
  event: "ServiceRestored";
  t_us: number;
  t_last_us: number;
  gap_s: number;
}

/** One event with its number in this run of the service. */
export interface NumberedEvent {
  seq: number;
  event: VedetteEvent;
}

/** Events after a number (GET /api/events), at most 1000: ask again after `last`. */
export interface EventsView {
  events: NumberedEvent[];
  first: number;
  last: number;
  newest: number;
}

/** What a command brought about. */
export interface CommandAnswer {
  events: VedetteEvent[];
}

/** One detection that cannot be used: its line, the reason of the closed list, and detail. */
export interface RefusedLine {
  line: number;
  reason: string;
  detail: string;
}

/** How many detections were taken in, and how many cannot be used; the first of these. */
export interface DetectionsAnswer {
  accepted: number;
  refused: number;
  refusals: RefusedLine[];
  error: string;
}

/** The exhibit's hash, and the events of its attachment. */
export interface ExhibitAnswer {
  sha256: string;
  size_bytes: number;
  events: VedetteEvent[];
}

/** Whether the service lives (GET /api/health): seconds since the last picture, counters. */
export interface HealthView {
  ok: boolean;
  version: string;
  site: string;
  mode: Mode;
  picture_age_s: number | null;
  tracks: number;
  viewers: number;
  alarms: AlarmView;
  counters: Record<string, number>;
}

/** What a report can be had as (GET /api/incident/formats). pdf_bar: why not as PDF, or "". */
export interface ReportFormats {
  pdf: boolean;
  pdf_bar: string;
}

/** One act of one person, or of somebody who is not logged in (person ""). */
export interface Act {
  t_us: number;
  what: string;
  status: number;
  person: string;
  roles: Role[];
  session: string;
  address: string;
  about: string;
  reason: string;
}

/** An act with its number in the record. */
export interface ActRow {
  seq: number;
  act: Act;
}

/** Acts in order. last: ask again after this number; more: whether there may be more now. */
export interface AuditView {
  acts: ActRow[];
  last: number;
  more: boolean;
}

/** Where a replay stands (GET /api/replay, and in every picture of one). */
export interface ReplayView {
  recording: string;
  first_us: number;
  last_us: number;
  t_us: number;
  target_us: number | null;
  playing: boolean;
  speed_ratio: number;
  behind: boolean;
  worked_us: number;
  complete: boolean;
  steps: number;
  differing_steps: number;
  first_difference_us: number | null;
  remarks: string[];
}

/** What is to be otherwise. without: sensors taken away. settings: `zones.camp.imminent_s=120`. */
export interface WhatIfWish {
  without: string[];
  settings: string[];
  staffing: "as_recorded" | "later" | "nobody";
  delay_s: number;
}

/** The first warning of a zone at a level or above, None: never. */
export interface WhatIfLevel {
  level: string;
  before_us: number | null;
  after_us: number | null;
  earlier_s: number | null;
}

/** One zone in both worlds. issues: how many alarms its people heard. */
export interface WhatIfZone {
  zone_id: string;
  name: string;
  levels: WhatIfLevel[];
  issues_before: number;
  issues_after: number;
}

/** One warning of one world. cleared_us: None where it was open at the end. */
export interface WhatIfWarning {
  zone_id: string;
  raised_us: number;
  cleared_us: number | null;
  level: string;
  track_ids: number[];
  reason: string;
  only_here: boolean;
  false: boolean | null;
}

/** Both worlds compared. same: the change changed nothing that is compared. */
export interface WhatIfResult {
  same: boolean;
  zones: WhatIfZone[];
  recorded: WhatIfWarning[];
  changed: WhatIfWarning[];
  tracks_recorded: number;
  tracks_changed: number;
  missed_recorded: number | null;
  missed_changed: number | null;
  false_recorded: number | null;
  false_changed: number | null;
  commands: string[];
  notes: string[];
}

/** A what if beside a replay (GET /api/replay/whatif). */
export interface WhatIfView {
  state: string;
  number: number;
  changes: string[];
  done_ratio: number;
  error: string;
  result: WhatIfResult | null;
}

/** A warning that is open in the changed world at a moment. */
export interface WhatIfOpen {
  warning_id: number;
  zone_id: string;
  zone_name: string;
  level: string;
  reason: string;
  track_ids: number[];
}

/** The changed world at a moment: the last kept picture at or before it. */
export interface WhatIfPicture {
  t_us: number;
  tracks: TrackView[];
  warnings: WhatIfOpen[];
}

/** Somebody calls the watch, in the exercise. */
export interface ExerciseCall {
  t_us: number;
  text: string;
}

/** What everybody at the consoles may know (GET /api/exercise). */
export interface ExerciseView {
  state: string;
  started_us: number;
  ended_us: number | null;
  outside: boolean;
  calls: ExerciseCall[];
}

/** One thing that happens in an exercise. */
export interface Inject {
  kind: "call" | "drone" | "lost_friend" | "sensor_failure";
  at_s: number;
  name: string;
  asset: string | null;
  bearing_deg: number;
  range_m: number;
  height_m: number;
  speed_mps: number;
  sensor: string | null;
  for_s: number;
  text: string;
}

/** One inject as its instructor sees it. state: "waiting", "running" or "over". */
export interface PlacedInject {
  number: number;
  due_us: number;
  state: string;
  inject: Inject;
}

/** All injects, for the instructor. */
export interface InjectsView {
  injects: PlacedInject[];
}

/** How the watch dealt with one simulated flyer; seconds since it appeared, None: never. */
export interface FlyerScore {
  number: number;
  kind: string;
  name: string;
  asset: string;
  appeared_us: number;
  track_ids: number[];
  detect_s: number | null;
  assess_s: number | null;
  decide_s: number | null;
  deliver_s: number | null;
  answer_s: number | null;
  arrive_s: number | null;
  cover_s: number | null;
  in_time: boolean | null;
  wrong: string[];
}

/** An exercise scored. arrived: drones that were there before the end; in_time: of these, with cover ordered early enough. missed: drones that arrived without their people being told to take cover; false_warnings: warnings that never named a track on a drone of the exercise. */
export interface ExerciseScore {
  site: string;
  started_us: number;
  ended_us: number;
  flyers: FlyerScore[];
  drones: number;
  detected: number;
  arrived: number;
  in_time: number;
  missed: number;
  warnings: number;
  false_warnings: number;
  wrong_identifications: number;
  acts: number;
}

/** The first message of a stream. last_seq: events after it will come; earlier ones by GET. */
export interface StreamHello {
  kind: "hello";
  mode: Mode;
  made_as: Mode;
  site: string;
  t_us: number;
  identities: string[];
  classes: string[];
  statuses: string[];
  last_seq: number;
  version: string;
}

/** The air picture, newest only; events are those since the last message to this client. */
export interface StreamPicture {
  kind: "picture";
  t_us: number;
  tracks: TrackColumns;
  warnings: WarningRecord[];
  engagements: Engagement[];
  options: EngagementOption[];
  posture: Posture;
  queue: QueueItem[];
  sources: SourceState[];
  groups: TrackGroup[];
  correlations: Correlation[];
  notes: Note[];
  zones: StandingZone[];
  alarms: AlarmView;
  replay: ReplayView | null;
  events: NumberedEvent[];
  viewers: number;
}

/** Too many events were missed: fetch them by GET /api/events; the stream goes on after seq. */
export interface StreamResync {
  kind: "resync";
  last_seq: number;
}

/** A client says that it now displays this revision of a warning. */
export interface Shown {
  kind: "shown";
  warning_id: number;
  revision: number;
}

export type VedetteEvent =
  | TrackStarted
  | TrackCoasting
  | TrackRegained
  | TrackLost
  | TracksMerged
  | IdentityKeyShared
  | IdentityKeyChanged
  | GroupFormed
  | GroupSplit
  | GroupDissolved
  | TrackLimitReached
  | IdentityChanged
  | ClassChanged
  | IdentityConflict
  | UnknownNearFriend
  | TrackAssessed
  | TrackDismissed
  | TrackRecalled
  | TracksJoined
  | TracksParted
  | SourceDecorrelated
  | SourceCorrelated
  | NoteWritten
  | NoteRemoved
  | ZoneSet
  | ZoneRemoved
  | WarningRaised
  | WarningEscalated
  | WarningUpdated
  | WarningDelivered
  | WarningDeliveryFailed
  | WarningAcknowledged
  | WarningCleared
  | WeaponsControlChanged
  | HoldChanged
  | EngagementFirstAuthorised
  | EngagementAuthorised
  | EngagementExpired
  | EngagementCancelled
  | EngagementExecuting
  | EngagementExecuted
  | OutcomeAssessed
  | DebrisAreaEstimated
  | ExhibitAttached
  | CommandRefused
  | SourceHealthChanged
  | InputRefused
  | InputShed
  | SourceReported
  | SensorTasked
  | ServiceStarted
  | ServiceRestored;

/** A person has seen this warning. It stays until all-clear. */
export interface AcknowledgeWarningRequest {
  command: "acknowledge_warning";
  command_id: string;
  warning_id: number;
}

/** A person orders a zone to take cover, whatever the machine thinks. */
export interface OrderCoverRequest {
  command: "order_cover";
  command_id: string;
  zone_id: string;
  reason: string;
}

/** A person ends the warnings of a zone. Only a human can. */
export interface AllClearRequest {
  command: "all_clear";
  command_id: string;
  zone_id: string;
  reason: string;
}

/** A person has looked at the track and says so; the dead-man clock stops for now. */
export interface AssessTrackRequest {
  command: "assess_track";
  command_id: string;
  track_id: number;
  remark?: string;
}

/** A person with identification authority sets the identity. It sticks. */
export interface IdentifyTrackRequest {
  command: "identify_track";
  command_id: string;
  track_id: number;
  identity: Identity;
  reason: string;
}

/** A person takes the track out of the queue; it comes back when it gets worse. */
export interface DismissTrackRequest {
  command: "dismiss_track";
  command_id: string;
  track_id: number;
  reason: string;
}

/** A person says that two tracks are one object: it is shown as track_id until taken back. */
export interface MergeTracksRequest {
  command: "merge_tracks";
  command_id: string;
  track_id: number;
  other_track_id: number;
  reason: string;
}

/** A person takes back that other_track_id is the same object as track_id. */
export interface SplitTracksRequest {
  command: "split_tracks";
  command_id: string;
  track_id: number;
  other_track_id: number;
  reason: string;
}

/** A person says that what a sensor reports is not this track: it moves and names it no more. */
export interface DecorrelateSourceRequest {
  command: "decorrelate_source";
  command_id: string;
  track_id: number;
  source: string;
  reason: string;
}

/** A person takes back a DecorrelateSource. */
export interface CorrelateSourceRequest {
  command: "correlate_source";
  command_id: string;
  track_id: number;
  source: string;
  reason: string;
}

/** A person writes a note on a track or on a place; one of the two. */
export interface AnnotateRequest {
  command: "annotate";
  command_id: string;
  text: string;
  track_id?: number | null;
  lat_deg?: number | null;
  lon_deg?: number | null;
}

/** A person takes a note away; the record keeps it. */
export interface RemoveNoteRequest {
  command: "remove_note";
  command_id: string;
  note_id: number;
}

/** A person draws a zone, or changes one: people who are warned together from now on. */
export interface SetZoneRequest {
  command: "set_zone";
  command_id: string;
  zone_id: string;
  name: string;
  asset_id: string;
  take_cover_s: number;
  reason: string;
  revision?: number | null;
  polygon?: [number, number][] | null;
  possible_s?: number | null;
  imminent_s?: number | null;
  unassessed_s?: number | null;
  channels?: string[] | null;
}

/** A person takes a zone away: it warns no more. */
export interface RemoveZoneRequest {
  command: "remove_zone";
  command_id: string;
  zone_id: string;
  revision: number;
  reason: string;
  all_clear?: boolean;
}

/** The policy that restricts authorisations. */
export interface SetWeaponsControlRequest {
  command: "set_weapons_control";
  command_id: string;
  status: WeaponsControl;
  reason: string;
}

/** Hold: cancels what is authorised and forbids more until it is lifted. */
export interface SetHoldRequest {
  command: "set_hold";
  command_id: string;
  on: boolean;
  reason?: string;
}

/** One of two different people authorises a simulated effector against one track. */
export interface AuthoriseEngagementRequest {
  command: "authorise_engagement";
  command_id: string;
  track_id: number;
  effector_id: string;
  track_digest: string;
}

/** A person withdraws an engagement that is not executed yet. */
export interface CancelEngagementRequest {
  command: "cancel_engagement";
  command_id: string;
  engagement_id: number;
  reason?: string;
}

/** The simulated effector says what it does: state "executing" or "executed". */
export interface EffectorReportRequest {
  command: "effector_report";
  command_id: string;
  engagement_id: number;
  state: string;
  detail?: string;
}

/** A person says what became of the engaged track. */
export interface AssessOutcomeRequest {
  command: "assess_outcome";
  command_id: string;
  engagement_id: number;
  outcome: Outcome;
  remark?: string;
}

/** A person asks a pointable sensor to look at a track, to follow it, to take a mode, to stop. */
export interface TaskSensorRequest {
  command: "task_sensor";
  command_id: string;
  sensor: string;
  task: string;
  track_id?: number | null;
  mode?: string;
}

export type CommandRequest =
  | AcknowledgeWarningRequest
  | OrderCoverRequest
  | AllClearRequest
  | AssessTrackRequest
  | IdentifyTrackRequest
  | DismissTrackRequest
  | MergeTracksRequest
  | SplitTracksRequest
  | DecorrelateSourceRequest
  | CorrelateSourceRequest
  | AnnotateRequest
  | RemoveNoteRequest
  | SetZoneRequest
  | RemoveZoneRequest
  | SetWeaponsControlRequest
  | SetHoldRequest
  | AuthoriseEngagementRequest
  | CancelEngagementRequest
  | EffectorReportRequest
  | AssessOutcomeRequest
  | TaskSensorRequest;

/** The columns of `tracks`: name, typed array, bytes an element; little-endian. */
export const TRACK_COLUMNS = [
  ["track_id", Int32Array, 4],
  ["lat_deg", Float64Array, 8],
  ["lon_deg", Float64Array, 8],
  ["hae_m", Float32Array, 4],
  ["east_m", Float32Array, 4],
  ["north_m", Float32Array, 4],
  ["up_m", Float32Array, 4],
  ["v_east_mps", Float32Array, 4],
  ["v_north_mps", Float32Array, 4],
  ["v_up_mps", Float32Array, 4],
  ["sigma_east_m", Float32Array, 4],
  ["sigma_north_m", Float32Array, 4],
  ["sigma_up_m", Float32Array, 4],
  ["cov_en_m2", Float32Array, 4],
  ["existence_prob", Float32Array, 4],
  ["status", Uint8Array, 1],
  ["identity", Uint8Array, 1],
  ["object_class", Uint8Array, 1],
  ["class_prob", Float32Array, 4],
  ["age_s", Float32Array, 4],
  ["cpa_m", Float32Array, 4],
  ["cpa_s", Float32Array, 4],
  ["arrival_s", Float32Array, 4],
  ["arrival_sigma_s", Float32Array, 4],
  ["reach_prob", Float32Array, 4],
  ["threat_asset", Int8Array, 1],
  ["arrival_asset", Int8Array, 1],
  ["flags", Uint8Array, 1],
] as const;

export const FLAG_ASSESSED = 1;
export const FLAG_DISMISSED = 2;
export const FLAG_HEIGHT_OBSERVED = 4;

/** The tracks as they come: `count` rows, one binary column a quantity. */
export interface TrackColumns {
  count: number;
  track_id: Uint8Array;
  lat_deg: Uint8Array;
  lon_deg: Uint8Array;
  hae_m: Uint8Array;
  east_m: Uint8Array;
  north_m: Uint8Array;
  up_m: Uint8Array;
  v_east_mps: Uint8Array;
  v_north_mps: Uint8Array;
  v_up_mps: Uint8Array;
  sigma_east_m: Uint8Array;
  sigma_north_m: Uint8Array;
  sigma_up_m: Uint8Array;
  cov_en_m2: Uint8Array;
  existence_prob: Uint8Array;
  status: Uint8Array;
  identity: Uint8Array;
  object_class: Uint8Array;
  class_prob: Uint8Array;
  age_s: Uint8Array;
  cpa_m: Uint8Array;
  cpa_s: Uint8Array;
  arrival_s: Uint8Array;
  arrival_sigma_s: Uint8Array;
  reach_prob: Uint8Array;
  threat_asset: Uint8Array;
  arrival_asset: Uint8Array;
  flags: Uint8Array;
  labels: string[];
}

/** The tracks as typed arrays. */
export interface TrackArrays {
  count: number;
  track_id: Int32Array;
  lat_deg: Float64Array;
  lon_deg: Float64Array;
  hae_m: Float32Array;
  east_m: Float32Array;
  north_m: Float32Array;
  up_m: Float32Array;
  v_east_mps: Float32Array;
  v_north_mps: Float32Array;
  v_up_mps: Float32Array;
  sigma_east_m: Float32Array;
  sigma_north_m: Float32Array;
  sigma_up_m: Float32Array;
  cov_en_m2: Float32Array;
  existence_prob: Float32Array;
  status: Uint8Array;
  identity: Uint8Array;
  object_class: Uint8Array;
  class_prob: Float32Array;
  age_s: Float32Array;
  cpa_m: Float32Array;
  cpa_s: Float32Array;
  arrival_s: Float32Array;
  arrival_sigma_s: Float32Array;
  reach_prob: Float32Array;
  threat_asset: Int8Array;
  arrival_asset: Int8Array;
  flags: Uint8Array;
  labels: string[];
}

export type StreamMessage = StreamHello | StreamPicture | StreamResync;
