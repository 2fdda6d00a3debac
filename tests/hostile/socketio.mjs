// Socket.IO: packets, state, namespaces, attachments (socket.io protocol 5).
import { binary, ping, text } from './bytes.mjs';
import { closing, gone, packets, polls, posts, session } from './polling.mjs';
import { closes, joins, pongs, says, saysBinary, webSocket } from './steps.mjs';

const times = (count, make) => Array.from({ length: count }, (_, i) => make(i));
const say = (...list) => list.map((each) => text(each));
const alive = [ping('there?'), pongs('there?')];
const unknown = (id) => says(`43${id}[{"error":{"code":"unknown_event","message":"There is no request of this name.","retry":"no"}}]`);

// Joined to "/" of Skat, where every event but one is unknown.
const parsing = [
  ['no packet', 'socket.io 2.1', text('4'), closes()],
  ['a type behind the last one', 'socket.io 2.1', text('47'), closes()],
  ['a type that is no digit', 'socket.io 2.1', text('4x["a"]'), closes()],
  ['a space before the type', 'socket.io 2.1', text('4 2["a"]'), closes()],
  ['an event without a payload', 'socket.io 2.1', text('42'), closes()],
  ['an event with an id and no payload', 'socket.io 2.1', text('4212'), closes()],
  ['an event that is an object', 'socket.io 2.1', text('42{"0":"a"}'), closes()],
  ['an event that is a string', 'socket.io 2.1', text('42"a"'), closes()],
  ['an event of nothing', 'socket.io 2.1', text('42[]'), closes()],
  ['a name that is null', 'socket.io 2.1', text('42[null]'), closes()],
  ['a name that is an object', 'CVE-2023-32695', text('42[{"toString":"a"}]'), closes()],
  ['a name that is an array', 'CVE-2023-32695', text('42[["a"]]'), closes()],
  ['a name that is a boolean', 'socket.io 2.1', text('42[true]'), closes()],
  ['a name that is a number', 'socket.io 2.1', text('421[5]'), unknown(1), alive],
  ['an empty name', 'socket.io 2.1', text('421[""]'), unknown(1), alive],
  ['a reserved name', 'socket.io 2.1', text('42["disconnect"]'), closes()],
  ['a reserved name in escapes', 'socket.io 2.1', text('42["\\u0063onnect"]'), closes()],
  ['a reserved name of emitters', 'socket.io 2.1', text('421["newListener","x"]'), closes()],
  ['a reserved name of clients', 'socket.io 2.1', text('42["connect_error",{}]'), closes()],
  ['a reserved name behind NUL is another', 'socket.io 2.1', text('421["\\u0000connect"]'), unknown(1), alive],
  ['the name error is ordinary', 'CVE-2024-38355', text('421["error","x"]'), unknown(1), alive],
  ['an inherited name', 'CVE-2023-32695', text('421["__proto__"]'), unknown(1), alive],
  ['a name as long as one may be', 'max_event_name_bytes', text(`421["${'n'.repeat(510)}"]`), unknown(1), alive],
  ['a name too long', 'max_event_name_bytes', text(`421["${'n'.repeat(513)}"]`), closes()],
  ['letters before the payload', 'socket.io 2.1', text('42abc["a"]'), closes()],
  ['letters behind the payload', 'socket.io 2.1', text('42["a"]b'), closes()],
  ['a second payload', 'socket.io 2.1', text('42["a"]["b"]'), closes()],
  ['a second namespace', 'socket.io 2.1', text('42/,/,["a"]'), closes()],
  ['an ack id of 2^64', 'kMaxAckId', text('4218446744073709551616["a"]'), closes()],
  ['an ack id that no JavaScript can count', 'kMaxAckId', text('429007199254740993["a"]'), closes()],
  ['an ack id of 400 digits', 'kMaxAckId', text(`42${'9'.repeat(400)}["a"]`), closes()],
  ['an ack id below 0', 'socket.io 2.1', text('42-1["a"]'), closes()],
  ['an ack id with a fraction', 'socket.io 2.1', text('421.5["a"]'), closes()],
  ['an ack id with zeros before it', 'socket.io 2.1', text('42007["a"]'), unknown(7), alive],
  ['one ack id twice at once', 'socket.io 4', say('425["a"]', '425["b"]'), unknown(5), unknown(5), alive],
  ['an event nobody asked an answer for', 'socket.io 4', text('42["a"]'), alive],
  ['an ACK without an id', 'socket.io 2.1', text('43["a"]'), alive],
  ['an ACK for nothing', 'socket.io 2.4', text('43123["a"]'), alive],
  ['an ACK that is an object', 'socket.io 2.1', text('431{}'), closes()],
  ['an ACK without a payload', 'socket.io 2.1', text('431'), closes()],
  ['a CONNECT_ERROR', 'socket.io 2.4', text('44{"message":"a"}'), closes()],
  ['a DISCONNECT with a payload', 'socket.io 2.1', text('41{}'), closes()],
  ['a second CONNECT', 'socket.io 2.4', text('40'), closes()],
  ['an event behind DISCONNECT', 'socket.io 2.4', say('41', '42["a"]'), closes()],
  ['a second DISCONNECT', 'socket.io 2.4', say('41', '41'), closes()],
  ['CONNECT behind DISCONNECT', 'socket.io 2.4', say('41', '40'), says(/^40\{/), alive],
  ['joining and leaving a thousand times', 'socket.io 2.4', times(1_000, () => [say('41', '40'), says(/^40\{/)]), alive],
  ['an event to a namespace it has not joined', 'socket.io 2.4', text('42/chat,["a"]'), closes()],
  ['leaving a namespace it has not joined', 'socket.io 2.4', text('41/chat,'), closes()],
  ['binary that nobody waits for', 'socket.io 2.2', binary('a'), closes()],
  ['a thousand unknown events at once', 'socket.io 4', times(1_000, (i) => text(`42${i}["a"]`)), times(1_000, (i) => unknown(i)), alive],
];

const unconnected = [
  ['an event before CONNECT', 'socket.io 2.4', text('42["a"]'), closes()],
  ['DISCONNECT before CONNECT', 'socket.io 2.4', text('41'), closes()],
  ['an ACK before CONNECT', 'socket.io 2.4', text('431[]'), closes()],
  ['binary before CONNECT', 'socket.io 2.2', binary('a'), closes()],
  ['an event with attachments before CONNECT', 'socket.io 2.4', text('451-["a",{"_placeholder":true,"num":0}]'), binary('a'), closes()],
  ['CONNECT with null', 'socket.io 2.1', text('40null'), closes()],
  ['CONNECT with an array', 'socket.io 2.1', text('40[]'), closes()],
  ['CONNECT with a string', 'socket.io 2.1', text('40"a"'), closes()],
  ['CONNECT with half an object', 'socket.io 2.1', text('40{"a":'), closes()],
  ['CONNECT with a payload too deep', 'max_json_depth', text(`40${'{"a":'.repeat(129)}1${'}'.repeat(129)}`), closes()],
  ['CONNECT with a payload too large', 'max_auth_bytes', text(`40{"a":"${'x'.repeat(16_384)}"}`), says('44{"message":"Auth payload too large"}'), joins],
  ['a namespace that does not exist', 'socket.io 3', text('40/nowhere,'), says('44/nowhere,{"message":"Invalid namespace"}'), joins],
  ['a namespace in another case', 'socket.io 3', text('40/CHAT,{"name":"a"}'), says('44/CHAT,{"message":"Invalid namespace"}'), joins],
  ['a namespace with a query', 'socket.io 2.1', text('40/chat?name=a,'), says('44/chat?name=a,{"message":"Invalid namespace"}'), joins],
  ['a namespace of two slashes', 'socket.io 3', text('40//,'), says('44//,{"message":"Invalid namespace"}'), joins],
  ['a namespace that climbs out', 'socket.io 3', text('40/../chat,'), says('44/../chat,{"message":"Invalid namespace"}'), joins],
  ['a namespace of control characters', 'socket.io 3', text('40/\u0000\n"\u007f,'), says('44/\u0000\n"\u007f,{"message":"Invalid namespace"}'), joins],
  ['a namespace as long as one may be', 'max_nsp_bytes', text(`40/${'n'.repeat(255)},`), says(/^44\/n{255},/), joins],
  ['a namespace too long', 'max_nsp_bytes', text(`40/${'n'.repeat(256)},`), closes()],
  ['a namespace too long in bytes, not in characters', 'max_nsp_bytes', text(`40/${'ä'.repeat(128)},`), closes()],
  ['a namespace without its slash', 'socket.io 2.1', text('40chat,{}'), closes()],
  ['a namespace without its comma', 'socket.io 2.1', text('40/nowhere'), says(/^44\/nowhere,/), joins],
  ['a thousand namespaces that do not exist', 'max_namespaces_per_client', times(1_000, (i) => text(`40/n${i},`)), times(1_000, (i) => says(`44/n${i},{"message":"Invalid namespace"}`)), joins],
];

// The library's example: a middleware that takes 20 ms, echoes with attachments, rooms.
const one = '{"_placeholder":true,"num":0}';
const greeted = [text('40'), says(/^40\{/), says('42["auth",{}]')];
const events = [
  ['an event while its CONNECT is looked at', 'socket.io 2.4', say('40/admin,{"token":"let me in"}', '42/admin,["message"]'), closes()],
  ['a DISCONNECT while its CONNECT is looked at', 'socket.io 2.4', say('40/admin,{"token":"let me in"}', '41/admin,'), closes()],
  ['a second CONNECT while the first is looked at', 'socket.io 2.4', say('40/admin,', '40/admin,'), closes()],
  ['an event behind a refusal', 'socket.io 2.4', text('40/admin,'), says(/^44\/admin,\{"message":"Not authorized"/), text('42/admin,["message"]'), closes()],
  ['a token that is no text', 'socket.io 3', text('40/admin,{"token":{"$ne":null}}'), says(/^44\/admin,\{"message":"Not authorized"/), greeted],
  ['a client that goes while its CONNECT is looked at', 'socket.io 3', text('40/admin,{"token":"let me in"}'), ({ wire }) => wire.drop(), 60],
  ['one room too many', 'max_rooms_per_socket', greeted, times(2_049, (i) => text(`42${i}["join","r${i}"]`)), times(2_049, (i) => says(`43${i}[]`)), say('421["say","r2048",1]', '422["say","r2047",2]'), says('431[]'), says('42["said",2]'), says('432[]')],
  ['a room name too long', 'max_room_name_bytes', greeted, say(`421["join","${'r'.repeat(513)}"]`, `422["join","${'r'.repeat(512)}"]`, `423["say","${'r'.repeat(513)}",1]`, `424["say","${'r'.repeat(512)}",2]`), says('431[]'), says('432[]'), says('433[]'), says('42["said",2]'), says('434[]')],
  ['rooms of inherited names', 'CVE-2023-32695', greeted, say('421["join","__proto__"]', '422["say","constructor",1]', '423["say","__proto__",2]'), says('431[]'), says('432[]'), says('42["said",2]'), says('433[]')],
  ['more questions to everybody than may wait', 'max_pending_broadcasts', text('40/custom,'), says(/^40/), says(/^42\/custom,\["auth"/), times(1_025, (i) => text(`42/custom,${i}["ask-everyone"]`)), times(1_024, (i) => says(new RegExp(`^42/custom,\\d+\\["question"\\]$`))), says('43/custom,1024["too many acknowledgements are pending",[]]'), 600],
  ['an answer to a question that nobody asked', 'socket.io 4', text('40/custom,'), says(/^40/), says(/^42\/custom,\["auth"/), text('42/custom,7["ask-everyone"]'), async (context) => {
    const { payload } = await context.wire.frame();
    const id = Number(/^42\/custom,(\d+)\["question"\]$/.exec(payload.toString())[1]);
    context.wire.write(text(`43/custom,${id + 1}["forged"]`));
    context.wire.write(text(`43/custom,${id}["given"]`));
    context.wire.write(text(`43/custom,${id}["given twice"]`));
  }, says('43/custom,7[null,["given"]]')],
  ['kicked, then an event that crosses the kick', 'crossing_tolerance', text('40'), async (context) => {
    const { payload } = await context.wire.frame();
    context.id = JSON.parse(payload.toString().slice(2)).sid;
  }, says('42["auth",{}]'), (context) => context.wire.write(text(`421["kick","${context.id}"]`)), says('431[]'), says('41'), text('422["message-with-ack",1]'), greeted],
];

const back = (json) => [says(`451-["message-back",${json}]`), saysBinary('bytes')];
const attachments = [
  ['511-', 'max_attachments', text(`4511-["message",${one}]`), closes()],
  ['an announcement of 2^64', 'max_attachments', text(`4518446744073709551617-["message",${one}]`), closes()],
  ['as many as may be', 'max_attachments', text(`4510-["message",${one}]`), times(10, () => binary('bytes')), says(`4510-["message-back",${one}]`), times(10, () => saysBinary('bytes'))],
  ['none announced', 'CVE-2026-69185', text('450-["message"]'), closes()],
  ['no number', 'socket.io 2.1', text(`45-["message",${one}]`), closes()],
  ['no dash', 'socket.io 2.1', text(`451["message",${one}]`), closes()],
  ['a number below 0', 'socket.io 2.1', text(`45-1-["message",${one}]`), closes()],
  ['a number with a plus', 'socket.io 2.1', text(`45+1-["message",${one}]`), closes()],
  ['a number with a fraction', 'socket.io 2.1', text(`451.0-["message",${one}]`), closes()],
  ['announced by a plain event', 'socket.io 2.1', text(`421-["message",${one}]`), closes()],
  ['text while binary is awaited', 'CVE-2026-33151', text(`451-["message",${one}]`), text('42["message"]'), closes()],
  ['another announcement while binary is awaited', 'socket.io 2.2', say(`451-["message",${one}]`, `451-["message",${one}]`), closes()],
  ['a DISCONNECT while binary is awaited', 'socket.io 2.2', say(`451-["message",${one}]`, '41'), closes()],
  ['a pong while binary is awaited', 'socket.io 2.2', say(`451-["message",${one}]`, '3'), binary('bytes'), back(one)],
  ['a WebSocket ping while binary is awaited', 'socket.io 2.2', text(`451-["message",${one}]`), ping('p'), pongs('p'), binary('bytes'), back(one)],
  ['one binary too many', 'socket.io 2.2', text(`451-["message",${one}]`), binary('bytes'), back(one), binary('more'), closes()],
  ['base64 in a text for a binary', 'engine.io 2', text(`451-["message",${one}]`), text('bYnl0ZXM='), back(one)],
  ['ten large ones, the last never sent', 'max_attachments', text(`4510-["message",${one}]`), times(9, () => binary(Buffer.alloc(900_000))), alive],
  ['an empty one', 'socket.io 2.2', text(`451-["message",${one}]`), binary(''), says(/^451-/), saysBinary('')],
  ['a reserved name is refused before they come', 'socket.io 2.1', text(`451-["connect",${one}]`), closes()],
  ['to a namespace it has not joined', 'socket.io 2.4', text(`451-/custom,["message",${one}]`), binary('bytes'), closes()],
  ['an ACK for nothing', 'socket.io 2.4', text(`461-99[${one}]`), binary('bytes'), alive],
  ['placeholder -1', 'CVE-2022-2421', text('451-["message",{"_placeholder":true,"num":-1}]'), closes()],
  ['placeholder 99', 'CVE-2022-2421', text('451-["message",{"_placeholder":true,"num":99}]'), closes()],
  ['a placeholder with a fraction', 'CVE-2022-2421', text('451-["message",{"_placeholder":true,"num":0.5}]'), closes()],
  ['a placeholder with an exponent', 'CVE-2022-2421', text('451-["message",{"_placeholder":true,"num":0e0}]'), closes()],
  ['a placeholder of a text', 'CVE-2022-2421', text('451-["message",{"_placeholder":true,"num":"constructor"}]'), closes()],
  ['a placeholder of an object', 'CVE-2022-2421', text('451-["message",{"_placeholder":true,"num":{}}]'), closes()],
  ['a placeholder without a number', 'CVE-2022-2421', text('451-["message",{"_placeholder":true}]'), closes()],
  ['a placeholder whose number overflows', 'CVE-2022-2421', text('451-["message",{"_placeholder":true,"num":4294967296}]'), closes()],
  ['a placeholder in escapes', 'CVE-2022-2421', text('451-["message",{"\\u005fplaceholder":true,"n\\u0075m":5}]'), closes()],
  ['a placeholder whose last number is bad', 'CVE-2022-2421', text('451-["message",{"_placeholder":true,"num":0,"num":5}]'), closes()],
  ['a placeholder deep inside', 'CVE-2022-2421', text(`451-["message",[{"a":[{"_placeholder":true,"num":5}]}]]`), closes()],
  ['a placeholder for a name', 'socket.io 2.2', text(`451-[${one}]`), closes()],
  ['a placeholder that is not true', 'socket.io 2.2', text('451-["message",{"_placeholder":1,"num":99}]'), binary('bytes'), back('{"_placeholder":1,"num":99}')],
  ['a placeholder in a plain event is data', 'socket.io 2.2', text('42["message",{"_placeholder":true,"num":99}]'), says('42["message-back",{"_placeholder":true,"num":99}]')],
  ['one placeholder twice', 'socket.io 2.2', text(`451-["message",${one},${one}]`), binary('bytes'), back(`${one},${one}`)],
  ['an attachment that nothing names', 'socket.io 2.2', text('451-["message",7]'), binary('bytes'), back('7')],
];

const byPolling = [
  ['CONNECT and an event in one body', 'socket.io 2.4', posts(packets('40', '42["message",1]')), polls(/^40\{.*\x1e42\["message-back",1\]$/)],
  ['an announcement without its binary, then text', 'socket.io 2.2', posts('40'), polls(/^40/), posts(packets(`451-["message",${one}]`, '42["message"]')), closing],
  ['a binary in a later body', 'socket.io 2.2', posts('40'), polls(/^40/), posts(`451-["message",${one}]`), posts('bYnl0ZXM='), polls(packets(`451-["message-back",${one}]`, 'bYnl0ZXM='))],
  ['packets behind a violation in one body', 'socket.io 2.3', posts('40'), polls(/^40/), posts(packets('4x', '42["message",1]', '40')), closing],
  ['requests of a closing session', 'socket.io 2.3', posts('40'), polls(/^40/), posts('4x'), posts('42["message",1]'), closing],
  ['a violation, then the close of the client', 'socket.io 2.3', posts('4x'), posts('1'), gone],
];

export const layer = 'socketio';
export const sections = [
  { on: 'skat', begin: [webSocket(), joins], rows: parsing },
  { on: 'skat', begin: webSocket(), rows: unconnected },
  { on: 'library', begin: webSocket(), rows: events },
  { on: 'library', begin: [webSocket(), greeted], rows: attachments.map(([name, ...rest]) => [`attachments: ${name}`, ...rest]) },
  { on: 'library', begin: [session()], rows: byPolling.map(([name, ...rest]) => [`polling: ${name}`, ...rest]) },
];
