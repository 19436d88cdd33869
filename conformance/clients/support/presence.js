// Members of a topic with the list that phoenix.js's Presence makes from the state and the diffs.

import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { Presence } from "phoenix";
import { WebSocket } from "ws";
import { connect, reply } from "./client.js";
import { Mailbox, eventually } from "./deadline.js";

const NEVER_MS = 60_000;

/** One connection to `server`, on `topic`, under the key `user_id`, saying `name`. */
export class Member {
  static async comes(t, server, topic, user_id, name, options = {}) {
    const person = { params: { user_id }, transport: WebSocket, ...options };
    const socket = await connect(t, server, person);
    const channel = socket.channel(topic, { name });
    const member = new Member(socket, channel);
    assert.equal((await reply(channel.join())).status, "ok");
    return member;
  }

  constructor(socket, channel) {
    this.socket = socket;
    this.channel = channel;
    this.presence = new Presence(channel);
    this.synced = new Mailbox(`a change of the list on ${channel.topic}`);
    this.presence.onSync(() => this.synced.put("changed"));
  }

  /** `{key: names}`; the order of one key's connections does not matter. */
  get sees() {
    const named = (key, { metas }) => [key, metas.map(({ name }) => name).sort()];
    return Object.fromEntries(this.presence.list(named));
  }

  get refs() {
    const refs = this.presence.list((_, { metas }) => metas.map(({ phx_ref }) => phx_ref));
    return refs.flat().sort();
  }

  /** Waits until the list is this one. */
  async comesToSee(list) {
    while (!isDeepStrictEqual(this.sees, list)) {
      await this.synced.next().catch(() => assert.deepEqual(this.sees, list));
    }
  }

  /** Waits until the list has only other connections than these. */
  async comesToSeeOthersThan(refs) {
    while (isDeepStrictEqual(this.refs, refs)) await this.synced.next();
  }

  /** Like a cut cable: no close frame, no FIN. */
  drops() {
    this.socket.conn.terminate();
  }
}

/** All of them come to see this list, with the same phx_refs. */
export async function agree(members, list) {
  for (const member of members) await member.comesToSee(list);
  const refs = () => members.map((member) => member.refs);
  const equal = ([first, ...others]) => others.every((other) => isDeepStrictEqual(other, first));
  await eventually("the same phx_refs everywhere", () => equal(refs())).catch(() => assert.ok(equal(refs()), JSON.stringify(refs())));
}

/** For a client that does not reconnect by itself. */
export const away = { reconnectAfterMs: () => NEVER_MS };
