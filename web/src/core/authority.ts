/** Whether the person at this console may authorise for a track now, and if not, why. */
import type { EngagementOption, Posture, SessionView } from "../generated/model";
import { service } from "./sentences";
import { isKnown, type Track } from "./track";

/** Say in words what bars the first authorisation; "" where nothing does. */
export function authorisationBar(
  track: Pick<Track, "identity">, options: readonly EngagementOption[], posture: Posture,
  session: Pick<SessionView, "name" | "roles"> | null,
): string {
  if (isKnown(track.identity)) return "A friendly or civil track has no options.";
  if (posture.hold) return "Hold is on: nothing may be authorised.";
  if (options.length === 0) return "No simulated effector has an option for this track now.";
  if (!options.some((option) => option.available)) return `Barred: ${service(options[0]?.obstacle ?? "")}.`;
  if (!session?.name) return "Nobody is logged in: an engagement authority must log in first.";
  if (!session.roles.includes("engagement_authority")) {
    return `${session.name} may not authorise: that takes an engagement authority.`;
  }
  return "";
}
