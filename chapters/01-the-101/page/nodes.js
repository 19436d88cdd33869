// Who is connected to which node, where the chat runs on several: a line under the page's head.
//
//   join      nodes:lobby {}                     → ok
//   push      presence_state {user: {metas}}     ← everybody, each meta with its node
//   broadcast presence_diff  {joins, leaves}     ← whoever came or went, at whichever node

import { Presence } from "/assets/phoenix.mjs";

const nodes = document.getElementById("nodes");

/** Shows the list for as long as the socket lives; a restarted node brings us to another. */
export function follow(socket) {
  const channel = socket.channel("nodes:lobby");
  const presence = new Presence(channel);
  presence.onSync(() => show(presence));
  channel.join();
}

function show(presence) {
  const people = presence.list((user, { metas }) => metas.map(({ node }) => ({ user, node }))).flat();
  const names = [...new Set(people.map(({ node }) => node))].sort();
  const items = names.map((name) => {
    const item = document.createElement("li");
    const title = document.createElement("b");
    title.textContent = name;
    const there = people.filter(({ node }) => node === name);
    item.append(title, " ", there.map(({ user }) => user).join(", "));
    return item;
  });
  nodes.replaceChildren(...items);
  nodes.hidden = false;
}
