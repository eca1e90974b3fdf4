import type { Member } from "./member.js";

/** Who is where. A room is there as long as somebody is in it. */
export class Rooms {
  private readonly members = new Set<Member>();

  /** Lets a member in, unless somebody else has that name. */
  enter(member: Member, name: string): boolean {
    if (this.names().some((other) => other.toLowerCase() === name.toLowerCase())) return false;
    member.name = name;
    this.members.add(member);
    this.join(member, "lobby");
    return true;
  }

  join(member: Member, room: string): void {
    this.tellOthers(member, `* ${member.name} leaves`);
    member.room = room;
    this.tellOthers(member, `* ${member.name} is here`);
    member.tell(`* in ${room}: ${this.names(room).join(", ")}`);
  }

  leave(member: Member): void {
    if (this.members.delete(member)) this.tellOthers(member, `* ${member.name} has left`);
  }

  /** Says a line to all others in the room of a member. */
  tellOthers(member: Member, line: string): void {
    for (const other of this.members) if (other.room === member.room && other !== member) other.tell(line);
  }

  /** Ends all conversations. */
  dismiss(line: string): void {
    for (const member of this.members) member.dismiss(line);
  }

  /** Returns the names of those in a room, or of all. */
  names(room?: string): string[] {
    return [...this.members]
      .filter((member) => room === undefined || member.room === room)
      .map(({ name }) => name);
  }

  /** Returns the rooms with the number of those in them. */
  sizes(): Map<string, number> {
    const sizes = new Map<string, number>();
    for (const { room } of this.members) sizes.set(room, (sizes.get(room) ?? 0) + 1);
    return sizes;
  }
}
