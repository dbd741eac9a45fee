import { Match, Show, Switch, type JSX } from "solid-js";
import { dialog, type ReasonAsked, type SureAsked } from "../../core/dialogs";
import { loginAsked, session } from "../../core/session";
import { AuditDialog } from "./AuditDialog";
import { BelongDialog } from "./BelongDialog";
import { BriefDialog } from "./BriefDialog";
import { ControlDialog } from "./ControlDialog";
import { EngageDialog } from "./EngageDialog";
import { ExerciseDialog } from "./ExerciseDialog";
import { ExhibitDialog } from "./ExhibitDialog";
import { IdentifyDialog } from "./IdentifyDialog";
import { KeysDialog } from "./KeysDialog";
import { LockDialog } from "./LockDialog";
import { LoginDialog } from "./LoginDialog";
import { MeDialog } from "./MeDialog";
import { NoteDialog } from "./NoteDialog";
import { OutcomeDialog } from "./OutcomeDialog";
import { ReasonDialog } from "./ReasonDialog";
import { ReportsDialog } from "./ReportsDialog";
import { SightingDialog } from "./SightingDialog";
import { SureDialog } from "./SureDialog";
import { ViewsDialog } from "./ViewsDialog";
import { WhatIfDialog } from "./WhatIfDialog";
import { ZonesDialog } from "./ZonesDialog";

/** The open dialog, and the login over it. Neither ever covers the warning bar or Hold. */
export function Dialogs(): JSX.Element {
  const of = <K extends string>(kind: K) => {
    const asked = dialog();
    return asked?.kind === kind ? (asked as Extract<typeof asked, { kind: K }>) : undefined;
  };
  return (
    <>
      <Switch>
        <Match when={of("reason")} keyed>{(asked) => <ReasonDialog asked={asked as ReasonAsked} />}</Match>
        <Match when={of("sure")} keyed>{(asked) => <SureDialog asked={asked as SureAsked} />}</Match>
        <Match when={of("identify")} keyed>{(asked) => <IdentifyDialog trackId={asked.trackId} />}</Match>
        <Match when={of("belong")} keyed>{(asked) => <BelongDialog trackId={asked.trackId} />}</Match>
        <Match when={of("note")}><NoteDialog /></Match>
        <Match when={of("zones")}><ZonesDialog /></Match>
        <Match when={of("engage")} keyed>{(asked) => <EngageDialog trackId={asked.trackId} />}</Match>
        <Match when={of("outcome")} keyed>
          {(asked) => <OutcomeDialog engagementId={asked.engagementId} suggested={asked.suggested} />}
        </Match>
        <Match when={of("exhibit")} keyed>{(asked) => <ExhibitDialog engagementId={asked.engagementId} />}</Match>
        <Match when={of("control")}><ControlDialog /></Match>
        <Match when={of("me")}><MeDialog /></Match>
        <Match when={of("audit")}><AuditDialog /></Match>
        <Match when={of("brief")}><BriefDialog /></Match>
        <Match when={of("sighting")}><SightingDialog /></Match>
        <Match when={of("views")}><ViewsDialog /></Match>
        <Match when={of("reports")}><ReportsDialog /></Match>
        <Match when={of("exercise")}><ExerciseDialog /></Match>
        <Match when={of("whatif")}><WhatIfDialog /></Match>
        <Match when={of("keys")}><KeysDialog /></Match>
      </Switch>
      <Show when={session()?.locked}><LockDialog /></Show>
      <Show when={loginAsked()} keyed>{(asked) => <LoginDialog asked={asked} />}</Show>
    </>
  );
}
