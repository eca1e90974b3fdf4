import type { Member } from "./member.js";
import type { Rooms } from "./rooms.js";

type Command = (rooms: Rooms, member: Member, argument: string) => void;

const commands: Record<string, Command> = {
  join(rooms, member, room) {
    if (/^[\w-]{1,20}$/.test(room)) rooms.join(member, room);
    else member.tell("* /join ROOM, which has up to 20 letters, digits, _ and -");
  },
  rooms(rooms, member) {
    for (const [room, size] of rooms.sizes()) member.tell(`* ${room}: ${size}`);
  },
  who(rooms, member) {
    member.tell(`* in ${member.room}: ${rooms.names(member.room).join(", ")}`);
  },
  quit(_rooms, member) {
    member.dismiss("* bye!");
  },
};

/** Does what a line of a member says: a command, or something to say to the others in the room. */
export function obey(rooms: Rooms, member: Member, line: string): void {
  const [, name, argument = ""] = /^\/(\w*) *(.*)$/.exec(line) ?? [];
  if (name === undefined) rooms.tellOthers(member, `${member.name}: ${line}`);
  else if (Object.hasOwn(commands, name)) commands[name]?.(rooms, member, argument.trim());
  else
    member.tell(
      `* there is no /${name}: ${Object.keys(commands)
        .map((one) => `/${one}`)
        .join(" ")}`,
    );
}
