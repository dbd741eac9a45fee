/**
 * The live stream: one WebSocket that comes back by itself.
 *
 * The age of the picture is measured by this browser's own monotonic clock, so that it is right
 * whatever the clocks of the site say.
 */
import { decode, encode } from "@msgpack/msgpack";
import type { StreamMessage } from "../generated/model";

/** Silence after which the picture counts as stale; four pictures a second are the normal. */
export const STALE_AFTER_S = 0.9;
const BACKOFF_S = [0.2, 0.5, 1, 2, 3, 5];

export interface StreamHandlers {
  message: (message: StreamMessage) => void;
  opened: () => void;
  closed: (retryIn_s: number) => void;
  broken: (reason: string) => void;
}

export class Stream {
  private socket: WebSocket | null = null;
  private attempt = 0;
  private stopped = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly url: string, private readonly handlers: StreamHandlers) {}

  open(): void {
    if (this.stopped) return;
    clearTimeout(this.timer);
    const socket = new WebSocket(this.url);
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.handlers.opened();
    socket.onmessage = (event) => this.receive(event.data);
    socket.onclose = () => this.retry();
  }

  /** Tell the service that this display now shows a warning. */
  shown(warning_id: number, revision: number): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(encode({ kind: "shown", warning_id, revision }));
    return true;
  }

  /** Connect again at once: after a login, or when the person asks. */
  reconnect(): void {
    this.attempt = 0;
    if (this.socket?.readyState === WebSocket.CLOSED) this.open();
    else this.socket?.close();
  }

  close(): void {
    this.stopped = true;
    this.socket?.close();
  }

  private receive(data: unknown): void {
    if (!(data instanceof ArrayBuffer)) return;
    try {
      this.handlers.message(decode(new Uint8Array(data)) as StreamMessage);
      this.attempt = 0;
    } catch (error) {
      if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
      this.handlers.broken(error.message);
    }
  }

  private retry(): void {
    if (this.stopped) return;
    const wait_s = BACKOFF_S[Math.min(this.attempt, BACKOFF_S.length - 1)] ?? 5;
    this.attempt += 1;
    this.handlers.closed(wait_s);
    this.timer = setTimeout(() => this.open(), wait_s * 1000);
  }
}

/** The address of the stream beside this page. */
export function streamUrl(rate_hz: number): string {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  return `${scheme}://${location.host}/api/stream?rate_hz=${rate_hz}`;
}
