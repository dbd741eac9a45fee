/** What the service last told of the selected track, for all who show something of it. */
import { createSignal } from "solid-js";
import type { TrackDetail } from "../generated/model";

const [selectedDetail, setSelectedDetail] = createSignal<TrackDetail | null>(null);
export { selectedDetail, setSelectedDetail };
