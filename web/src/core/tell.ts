/** Events in words: one line each for the log, with what kind of thing it is. */
import type { VedetteEvent } from "../generated/model";
import { age, clockSpan, compass, count, distance, percent } from "./format";
import { service } from "./sentences";
import {
  CLASS_WORDS, CONTROL_WORDS, HEALTH_WORDS, IDENTITY_WORDS, OUTCOME_WORDS, trackName,
} from "./words";

export type Lane = "warning" | "decision" | "identity" | "track" | "source";

export interface Told {
  lane: Lane;
  text: string;
  trackId: number | null;
}

type Teller<K extends VedetteEvent["event"]> = (
  e: Extract<VedetteEvent, { event: K }>,
) => string;
type Tellers = { [K in VedetteEvent["event"]]: [Lane, Teller<K>] };

const t = trackName;
const because = (reason: string): string => (reason ? `: ${reason}` : "");
const many = (ids: readonly number[]): string => ids.map(t).join(", ");

const EVIDENCE = { word: "evidence" };
const THE_TRACK = { word: "the track" };
const by = (who: string): string => (who === "evidence" ? EVIDENCE.word : who);

const keyWords = (kind: string, key: string): string =>
  kind === "icao24" ? `address ${key}` : "serial number";

const TELLERS: Tellers = {
  TrackStarted: ["track", (e) =>
    `${t(e.track_id)} first seen ${distance(e.range_m)} to the ${compass(e.bearing_deg)} by ${e.sensors.join(", ")}`],
  TrackCoasting: ["track", (e) => `${t(e.track_id)} coasts: unseen for ${age(e.unseen_s)}`],
  TrackRegained: ["track", (e) => `${t(e.track_id)} is seen again`],
  TrackLost: ["track", (e) => `${t(e.track_id)} lost${because(e.reason)}`],
  TracksMerged: ["track", (e) => `${t(e.absorbed_track_id)} proved to be ${t(e.track_id)}`],
  IdentityKeyShared: ["identity", (e) =>
    `${t(e.track_id)} and ${t(e.other_track_id)} send one ${keyWords(e.kind, e.key)}`],
  IdentityKeyChanged: ["identity", (e) =>
    e.before ? `${t(e.track_id)} now sends ${keyWords(e.kind, e.after)} instead of ${e.before}`
      : `${t(e.track_id)} now sends ${keyWords(e.kind, e.after)}`],
  GroupFormed: ["track", (e) => `Group ${e.group_id}: ${e.track_ids.length} tracks fly together`],
  GroupSplit: ["track", (e) =>
    `Group ${e.group_id} has split: ${e.track_ids.length} tracks are group ${e.new_group_id}`],
  GroupDissolved: ["track", (e) => `Group ${e.group_id} has dispersed`],
  TrackLimitReached: ["source", (e) => `The table of ${e.capacity} tracks is full`],
  IdentityChanged: ["identity", (e) =>
    `${t(e.track_id)} is ${IDENTITY_WORDS[e.after]}, was ${IDENTITY_WORDS[e.before]} (${by(e.by)})${because(e.by === "evidence" ? service(e.reason) : e.reason)}`],
  ClassChanged: ["identity", (e) =>
    `${t(e.track_id)} looks like ${className(e.object_class)}, ${percent(e.prob)}${because(service(e.reason))}`],
  IdentityConflict: ["identity", (e) => `${t(e.track_id)} conflict${because(e.reason)}`],
  UnknownNearFriend: ["identity", (e) => `${t(e.track_id)} unknown${because(e.reason)}`],
  TrackAssessed: ["decision", (e) => `${e.person} assessed ${t(e.track_id)}${because(e.remark)}`],
  TrackDismissed: ["decision", (e) => `${e.person} dismissed ${t(e.track_id)}${because(e.reason)}`],
  TracksJoined: ["decision", (e) => `${e.person} merged ${t(e.joined_track_id)} into ${t(e.track_id)}${because(e.reason)}`],
  TracksParted: ["decision", (e) =>
    `${t(e.parted_track_id)} and ${t(e.track_id)} are two again (${e.by})${because(e.reason)}`],
  SourceDecorrelated: ["decision", (e) => `${e.person} took ${e.source} off ${t(e.track_id)}${because(e.reason)}`],
  SourceCorrelated: ["decision", (e) => `${e.person} gave ${e.source} back to ${t(e.track_id)}${because(e.reason)}`],
  NoteWritten: ["decision", (e) => e.track_id === null ? `${e.person} notes: ${e.text}` : `${e.person} notes on ${t(e.track_id)}: ${e.text}`],
  NoteRemoved: ["decision", (e) => `${e.person} took a note away: ${e.text}`],
  ZoneSet: ["decision", (e) => e.change === "drawn" ? `${e.person} drew the zone ${e.zone_name}${because(e.reason)}`
    : e.change ? `${e.person} changed the zone ${e.zone_name}${because(e.reason)}`
      : `${e.person} put the zone ${e.zone_name} back as the site file has it${because(e.reason)}`],
  ZoneRemoved: ["decision", (e) => `${e.person} removed the zone ${e.zone_name}${because(e.reason)}`],
  TrackRecalled: ["identity", (e) => `${t(e.track_id)} is back in the queue${because(service(e.reason))}`],
  WarningRaised: ["warning", (e) =>
    `${levelWord(e.level)} for ${e.zone_name}, ${clockSpan(e.seconds_left_s)} left: ${service(e.reason) || many(e.track_ids)}`],
  WarningEscalated: ["warning", (e) =>
    `${levelWord(e.level)} for ${e.zone_name}, ${clockSpan(e.seconds_left_s)} left: ${service(e.reason) || many(e.track_ids)}`],
  WarningUpdated: ["warning", (e) =>
    `${e.zone_name}, warned already: ${many(e.track_ids)} now, ${clockSpan(e.seconds_left_s)} left`],
  WarningDelivered: ["source", (e) =>
    `Warning ${e.warning_id} reached ${e.channel} in ${age(e.latency_s)}`],
  WarningDeliveryFailed: ["warning", (e) =>
    `Warning ${e.warning_id} did NOT reach ${e.channel}${because(e.detail)}`],
  WarningAcknowledged: ["warning", (e) => `${e.person} acknowledged warning ${e.warning_id}`],
  WarningCleared: ["warning", (e) => `${e.person} gave the all-clear${because(e.reason)}`],
  WeaponsControlChanged: ["decision", (e) =>
    `${e.person} set weapons control ${CONTROL_WORDS[e.after].name}${because(e.reason)}`],
  HoldChanged: ["decision", (e) => e.on ? `${e.person} ordered HOLD${because(e.reason)}` : `${e.person} lifted hold${because(e.reason)}`],
  EngagementFirstAuthorised: ["decision", (e) =>
    `${e.person} authorised ${e.effector_id} on ${t(e.track_id)}; a second person must agree`],
  EngagementAuthorised: ["decision", (e) =>
    `${e.persons.join(" and ")} authorised ${e.effector_id} on ${t(e.track_id)} (simulated)`],
  EngagementExpired: ["decision", (e) => `Engagement ${e.engagement_id} expired unused`],
  EngagementCancelled: ["decision", (e) =>
    `Engagement ${e.engagement_id} cancelled by ${e.by}${because(e.reason)}`],
  EngagementExecuting: ["decision", (e) =>
    `Engagement ${e.engagement_id}: simulated effector at work${because(e.detail)}`],
  EngagementExecuted: ["decision", (e) =>
    `Engagement ${e.engagement_id}: simulated effector done${because(e.detail)}`],
  OutcomeAssessed: ["decision", (e) =>
    `${t(e.track_id)} ${OUTCOME_WORDS[e.outcome]}, says ${e.by === "track" ? THE_TRACK.word : e.by}${because(e.reason)}`],
  DebrisAreaEstimated: ["decision", (e) =>
    `Debris of ${t(e.track_id)} searched within ${distance(e.semi_major_m)} × ${distance(e.semi_minor_m)} (${percent(e.prob)})`],
  ExhibitAttached: ["decision", (e) => `${e.person} attached ${e.file_name}${because(e.description)}`],
  CommandRefused: ["decision", (e) => `Refused to ${e.person}: ${e.command.replaceAll("_", " ")}${because(e.reason)}`],
  SourceHealthChanged: ["source", (e) => `${e.source} is ${HEALTH_WORDS[e.after]}${because(e.reason)}`],
  InputRefused: ["source", (e) =>
    `${e.source}: ${count(e.count, "report")} refused, ${e.reason}${because(e.detail)}`],
  SensorTasked: ["source", (e) =>
    `${e.person} asked ${e.sensor}: ${e.task.replaceAll("_", " ")}${e.track_id === null ? "" : ` ${t(e.track_id)}`}${because(e.mode)}`],
  SourceReported: ["source", (e) => `${e.source} reports: ${e.text}`],
  InputShed: ["source", (e) => `${e.source} sends too much: ${count(e.count, "report")} shed`],
  ServiceStarted: ["source", (e) => `Recording began at ${e.site}`],
  ServiceRestored: ["source", (e) => `The service came back after ${age(e.gap_s)}`],
};

function levelWord(level: string): string {
  return level === "imminent" ? "TAKE COVER" : "Be ready";
}

function className(word: string): string {
  return (CLASS_WORDS as Record<string, string>)[word] ?? word;
}

/** Tell one event. A kind this display does not know yet is shown by its name. */
export function tell(event: VedetteEvent): Told {
  const entry = TELLERS[event.event] as [Lane, (e: VedetteEvent) => string] | undefined;
  const trackId = "track_id" in event ? event.track_id : "track_ids" in event ? event.track_ids[0] ?? null : null;
  return entry
    ? { lane: entry[0], text: entry[1](event), trackId }
    : { lane: "source", text: String((event as { event: string }).event), trackId };
}
