import * as asyncio from "asyncio-ts";

/** One who chats. What is said to them waits in their outbox until their connection takes it. */
export class Member {
  name = "";
  room = "";
  readonly outbox: asyncio.Queue<string>;
  private readonly drop: () => void;
  private hasLeft = false;

  /**
   * @param size the number of lines that may wait
   * @param drop is called if more would have to wait: this member reads too slowly
   */
  constructor(size: number, drop: () => void) {
    this.outbox = new asyncio.Queue(size);
    this.drop = drop;
  }

  /** Says a line to this member. Nobody waits: one who does not read is dropped. */
  tell(line: string): void {
    if (this.hasLeft) return;
    if (this.outbox.full()) this.drop();
    else this.outbox.putNowait(line);
  }

  /** Ends the conversation, once the lines that wait are sent. */
  dismiss(line: string): void {
    this.tell(line);
    this.leave();
  }

  leave(): void {
    this.hasLeft = true;
    this.outbox.shutdown();
  }
}
