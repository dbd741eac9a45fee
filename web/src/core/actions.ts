/** What a person can do, each one function: the buttons and the keys call the same. */
import { mostUrgentFirst } from "./warnings";
import { openDialog } from "./dialogs";
import { say } from "./notices";
import { pointable, pointingBar, taskWord, type Task } from "./looking";
import { byId, lists, site } from "./picture";
import { service } from "./sentences";
import { order, session, withRight } from "./session";
import { select, view } from "./view";
import { trackName } from "./words";

/** The warnings in the order of the bar: imminent first, then the one that is nearest. */
export function warningsInOrder(): typeof lists.warnings {
  return [...lists.warnings].sort(mostUrgentFirst);
}

/** The warning that key A acknowledges: the most urgent that nobody has acknowledged. */
export function nextToAcknowledge(): number | null {
  return warningsInOrder().find((warning) => !warning.acknowledged_by)?.warning_id ?? null;
}

export async function acknowledge(warning_id: number | null): Promise<void> {
  if (warning_id === null) {
    say("No warning waits for an acknowledgement.", "done");
    return;
  }
  const zone = lists.warnings.find((warning) => warning.warning_id === warning_id)?.zone_name ?? "";
  await order(
    { command: "acknowledge_warning", warning_id }, "to acknowledge a warning",
    `Warning for ${zone} acknowledged. It stays until the all-clear.`,
  );
}

export async function assess(track_id: number): Promise<void> {
  await order(
    { command: "assess_track", track_id }, `to assess ${trackName(track_id)}`,
    `${trackName(track_id)} assessed.`,
  );
}

export function dismiss(track_id: number): void {
  openDialog({
    kind: "reason", title: `Dismiss ${trackName(track_id)}`,
    text: "Takes the track out of the queue. It comes back by itself when it gets worse.",
    label: "Why is it no concern?",
    suggestions: ["bird", "balloon drifting with the wind", "own aircraft, confirmed by radio", "clutter"],
    confirm: "Dismiss", needed: true,
    run: async (reason) =>
      (await order(
        { command: "dismiss_track", track_id, reason }, `to dismiss ${trackName(track_id)}`,
        `${trackName(track_id)} dismissed. It comes back if it gets worse.`,
      )) !== null,
  });
}

/** Ask a sensor that can be pointed for something; its answer comes as an event. */
export async function point(sensor: { id: string; name: string }, task: Task, track_id: number | null): Promise<void> {
  const what = track_id === null ? taskWord(task) : `${taskWord(task)} ${trackName(track_id)}`;
  await order({ command: "task_sensor", sensor: sensor.id, task, track_id }, `to point ${sensor.name}`, `${sensor.name} was asked to ${what}.`);
}

/** Point the nearest sensor that can be pointed at a track, or say why that cannot be. */
export async function lookAt(track_id: number): Promise<void> {
  const track = byId().get(track_id);
  const nearest = track && pointable(site()?.sensors ?? [], track)[0];
  const bar = pointingBar(session());
  if (!nearest) say("No sensor of this site can be pointed.", "refused");
  else if (bar) say(bar, "refused");
  else await point(nearest, "look_at", track_id);
}

/** Hold is one key away and asks nothing; lifting it asks why. */
export async function hold(): Promise<void> {
  if (!lists.posture.hold) {
    await order({ command: "set_hold", on: true }, "to order hold", "HOLD is on: nothing may be authorised.");
    return;
  }
  withRight("authorise", () => openDialog({
    kind: "reason", title: "Lift hold", text: "Authorisations become possible again; none comes back by itself.",
    label: "Why may hold be lifted?", suggestions: [], confirm: "Lift hold", needed: true,
    run: async (reason) =>
      (await order({ command: "set_hold", on: false, reason }, "to lift hold", "Hold is lifted.")) !== null,
  }));
}

export function allClear(zone_id: string, zone_name: string): void {
  openDialog({
    kind: "reason", title: `All-clear for ${zone_name}`,
    text: "Ends every warning of this zone and tells the people there that they may leave cover.",
    facts: lists.warnings.filter((w) => w.zone_id === zone_id).flatMap((w) => w.grounds.map(service)),
    label: "What makes it safe?",
    suggestions: ["threat destroyed, area observed clear", "track identified as no threat", "track left the area"],
    confirm: "Give the all-clear", needed: true,
    run: async (reason) =>
      (await order(
        { command: "all_clear", zone_id, reason }, "to give the all-clear", `All-clear given for ${zone_name}.`,
      )) !== null,
  });
}

export function orderCover(zone_id: string, zone_name: string): void {
  openDialog({
    kind: "reason", title: `Order ${zone_name} to take cover`,
    text: "Warns the people of this zone now, whatever the picture says.",
    label: "Why?", suggestions: ["seen or heard by eye", "reported by a neighbouring unit"],
    confirm: "Order cover", needed: true,
    run: async (reason) =>
      (await order({ command: "order_cover", zone_id, reason }, "to order cover", `Cover ordered for ${zone_name}.`)) !== null,
  });
}

export function cancelEngagement(engagement_id: number): void {
  openDialog({
    kind: "reason", title: "Cancel the engagement", text: "Withdraws the authorisation at once.",
    label: "Why? (may stay empty)", suggestions: [], confirm: "Cancel the engagement", needed: false,
    run: async (reason) =>
      (await order({ command: "cancel_engagement", engagement_id, reason }, "to cancel", "Engagement cancelled.")) !== null,
  });
}

/** Do something to the selected track, or say that none is selected. */
export function withSelected(act: (trackId: number) => void): void {
  const id = view.track;
  if (id === null || !byId().has(id)) say("Select a track first: press its row, its symbol on the map, or N for the queue's next.", "refused");
  else act(id);
}

/** Select the next thing of the queue that has a track. */
export function nextInQueue(): void {
  const ids = lists.queue.map((item) => item.track_id).filter((id): id is number => id !== null);
  if (ids.length === 0) {
    say("The queue is empty.", "done");
    return;
  }
  select(ids[(ids.indexOf(view.track ?? -1) + 1) % ids.length] ?? null);
}

/** Say what became of an engagement: the selected track's, or the first that waits for it. */
export function assessOutcome(): void {
  const done = lists.engagements.filter((engagement) => engagement.state === "executed");
  const open = done.filter((engagement) => engagement.outcome === "pending" || engagement.outcome === "unsure");
  const asked = done.find((engagement) => engagement.track_id === view.track) ?? open[0];
  if (!asked) say("No engagement waits for its outcome.", "done");
  else withRight("keep_watch", () => openDialog({ kind: "outcome", engagementId: asked.engagement_id, suggested: asked.outcome }));
}
