// Chat: requests of namespace /chat, its CONNECT, and namespace "/" (protocol/events.md, protocol/errors.md).
import assert from 'node:assert/strict';
import { binary, ping, text } from './bytes.mjs';
import { closes, joins, pongs, webSocket } from './steps.mjs';

const alive = [ping('there?'), pongs('there?')];

// Until a text that matches has come; live events may come before it.
const hears = async (wire, pattern) => {
  for (;;) {
    const { opcode, payload } = await wire.frame();
    assert.equal(opcode, 1, `a frame of opcode ${opcode}`);
    const found = pattern.exec(payload.toString());
    if (found) return found;
  }
};

// CONNECT to /chat with this JSON: accepted, or refused with this code.
const enters = (json) => async (context) => {
  context.wire.write(text(`40/chat,${json}`));
  await hears(context.wire, /^40\/chat,\{"sid":"/);
  const welcome = await hears(context.wire, /^42\/chat,\["welcome",(.*)\]$/);
  Object.assign(context, JSON.parse(welcome[1]));
  context.asked = 0;
};
const refuses = (json, code) => [
  async ({ wire, token }) => {
    wire.write(text(`40/chat,${typeof json === 'function' ? json(token) : json}`));
    const [, message, data] = await hears(wire, /^44\/chat,\{"message":"(\w+)","data":(.*)\}$/);
    assert.equal(message, code);
    assert.equal(JSON.parse(data).code, code);
    assert.equal(JSON.parse(data).retry, 'no');
  },
  joins,
];

// A request with its arguments as raw JSON; $L stands for the lobby. Answers with ok, or with an error of this code.
const nobody = '00000000000000000000000000000007';
const ask = async (context, event, json, before = '2') => {
  const id = (context.asked += 1);
  const args = json === '' ? '' : `,${json.replaceAll('$L', context.lobby)}`;
  context.wire.write(text(`4${before}/chat,${id}["${event}"${args}]`));
  return id;
};
const answer = async ({ wire }, id) => JSON.parse((await hears(wire, new RegExp(`^43/chat,${id}\\[(.*)\\]$`)))[1]);
const judge = (got, code) => {
  if (code === 'ok') return assert.equal(got.ok, true, JSON.stringify(got));
  assert.equal(got.error?.code, code, JSON.stringify(got));
  assert.equal(got.error.retry, code === 'busy' ? 'yes' : 'no');
  return assert.equal(typeof got.error.message, 'string');
};
const asks = (event, json, code) => async (context) => judge(await answer(context, await ask(context, event, json)), code);
const send = (members, code) => asks('message.send', `{"room":"$L",${members}}`, code);
const nested = (levels) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
// 5,000 requests in one write: those past the limit are `busy`, and all are answered.
const floods = (make, answered) => async (context) => {
  const count = 5_000;
  context.wire.write(Buffer.concat(Array.from({ length: count }, (_, i) => text(make(context, i)))));
  const codes = new Set();
  for (let i = 0; i < count; i += 1) codes.add(/"code":"(\w+)"/.exec((await hears(context.wire, answered))[1])?.[1] ?? 'ok');
  assert.deepEqual([...codes].sort(), ['busy', 'ok']);
};
const rooms = (count) => Array.from({ length: count }, (_, i) => `"${i.toString(16).padStart(32, '0')}":null`).join(',');

const connect = [
  ['neither name nor token', 'protocol/errors.md', refuses('{}', 'auth_required')],
  ['no payload', 'protocol/errors.md', refuses('', 'auth_required')],
  ['a name that is a number', 'protocol/errors.md', refuses('{"name":5}', 'bad_request')],
  ['a name that is null', 'protocol/errors.md', refuses('{"name":null}', 'bad_request')],
  ['an empty name', 'kMaxNameCodePoints', refuses('{"name":""}', 'bad_name')],
  ['a name one code point too long', 'kMaxNameCodePoints', refuses(`{"name":"${'😀'.repeat(65)}"}`, 'bad_name')],
  ['a name as long as one may be', 'kMaxNameCodePoints', enters(`{"name":"${'😀'.repeat(64)}"}`)],
  ['a name with a control character', 'protocol/errors.md', refuses('{"name":"a\\tb"}', 'bad_name')],
  ['a name with a control character of Latin-1', 'protocol/errors.md', refuses('{"name":"a\u0085b"}', 'bad_name')],
  ['a name with NUL', 'protocol/errors.md', refuses('{"name":"a\\u0000"}', 'bad_name')],
  ['a name with a lone surrogate', 'protocol/errors.md', refuses('{"name":"a\\udfff"}', 'bad_name')],
  ['a token that is a number', 'protocol/errors.md', refuses('{"token":1}', 'bad_request')],
  ['a token of another server', 'protocol/errors.md', refuses('{"token":"kJ3vTq9hX0mZr5cWb2yLd8sNf1gPa7uE"}', 'bad_token')],
  ['an empty token', 'protocol/errors.md', refuses('{"token":""}', 'bad_token')],
  ['a token of 10,000 letters', 'protocol/errors.md', refuses(`{"token":"${'A'.repeat(10_000)}"}`, 'bad_token')],
  ['a token that is no base64', 'protocol/errors.md', refuses('{"token":"../../etc/passwd"}', 'bad_token')],
  ['a bad token beside a good name', 'protocol/errors.md', refuses('{"name":"Eve","token":"x"}', 'bad_token')],
  ['a token with one letter changed', 'protocol/errors.md', enters('{"name":"Eve"}'), webSocket(), refuses((token) => `{"token":"${token.slice(0, 20)}${token[20] === 'A' ? 'B' : 'A'}${token.slice(21)}"}`, 'bad_token')],
  ['a token with letters behind it', 'protocol/errors.md', enters('{"name":"Eve"}'), webSocket(), refuses((token) => `{"token":"${token}AAAA"}`, 'bad_token')],
  ['a new device that is no boolean', 'protocol/errors.md', enters('{"name":"Eve"}'), webSocket(), refuses((token) => `{"token":"${token}","new_device":"yes"}`, 'bad_request')],
  ['a member twice', 'protocol/errors.md', refuses('{"name":"a","name":"b"}', 'bad_request')],
  ['nested too deep', 'kMaxJsonDepth', refuses(`{"name":"a","more":${nested(32)}}`, 'bad_request')],
  ['a number nothing can hold', 'protocol/errors.md', refuses('{"name":"a","n":1e400}', 'bad_request')],
  ['__proto__ is ignored', 'protocol/events.md', enters('{"name":"Eve","__proto__":{"token":"x"}}')],
  ['an unknown member is ignored', 'protocol/events.md', enters('{"name":"Eve","admin":true}')],
];

const shape = [
  ['an unknown event', 'protocol/errors.md', asks('no.such', '{}', 'unknown_event')],
  ['an inherited name', 'CVE-2023-32695', asks('constructor', '{}', 'unknown_event')],
  ['the name of another namespace', 'protocol/errors.md', asks('event:message', '{"message":"x"}', 'unknown_event')],
  ['a name with a space', 'protocol/errors.md', asks('message.send ', '{"room":"$L","text":"x"}', 'unknown_event')],
  ['a name the server uses', 'protocol/errors.md', asks('welcome', '{}', 'unknown_event')],
  ['no argument', 'protocol/errors.md', asks('message.send', '', 'bad_request')],
  ['two arguments', 'protocol/errors.md', asks('message.send', '{"room":"$L","text":"x"},{}', 'bad_request')],
  ['a string', 'protocol/errors.md', asks('message.send', '"hello"', 'bad_request')],
  ['an array', 'protocol/errors.md', asks('message.send', '[{"room":"$L","text":"x"}]', 'bad_request')],
  ['null', 'protocol/errors.md', asks('message.send', 'null', 'bad_request')],
  ['a number', 'protocol/errors.md', asks('room.list', '0', 'bad_request')],
  ['an attachment', 'protocol/errors.md', async (context) => {
    const id = await ask(context, 'message.send', '{"room":"$L","text":{"_placeholder":true,"num":0}}', '51-');
    context.wire.write(binary('x'));
    judge(await answer(context, id), 'bad_request');
  }],
  ['a request nobody asked an answer for', 'protocol/events.md', text('42/chat,["message.send",{"room":1}]'), alive, asks('room.list', '{}', 'ok')],
  ['nested too deep', 'kMaxJsonDepth', send(`"text":"x","more":${nested(32)}`, 'bad_request')],
  ['nested as deep as may be', 'kMaxJsonDepth', send(`"text":"x","more":${nested(31)}`, 'ok')],
  ['nested deeper than a packet may be', 'max_json_depth', async (context) => void (await ask(context, 'message.send', nested(200))), closes()],
  ['a member twice', 'protocol/errors.md', send('"text":"a","text":"b"', 'bad_request')],
  ['a member twice in escapes', 'protocol/errors.md', send('"text":"a","te\\u0078t":"b"', 'bad_request')],
  ['a member twice inside of what is ignored', 'protocol/errors.md', send('"text":"a","more":[{"x":1,"x":1}]', 'bad_request')],
  ['a member twice among many', 'protocol/errors.md', send(`"text":"a",${Array.from({ length: 5_000 }, (_, i) => `"m${i}":0`).join(',')},"m77":0`, 'bad_request')],
  ['__proto__ is ignored', 'protocol/events.md', send('"text":"a","__proto__":{"text":"b"}', 'ok')],
  ['1e400 in what is ignored', 'protocol/errors.md', send('"text":"a","more":1e400', 'bad_request')],
  ['an integer above 2^64 in what is ignored', 'protocol/errors.md', send('"text":"a","more":18446744073709551616', 'bad_request')],
  ['a lone surrogate in what is ignored', 'protocol/errors.md', send('"text":"a","more":"\\ud800"', 'bad_request')],
];

const messages = [
  ['a message without a text', 'protocol/errors.md', asks('message.send', '{"room":"$L"}', 'bad_request')],
  ['a message without a room', 'protocol/errors.md', asks('message.send', '{"text":"x"}', 'bad_request')],
  ['a text that is a number', 'protocol/errors.md', send('"text":5', 'bad_request')],
  ['a text that is an array', 'protocol/errors.md', send('"text":["x"]', 'bad_request')],
  ['a room that is a word', 'protocol/errors.md', asks('message.send', '{"room":"lobby","text":"x"}', 'bad_request')],
  ['a room in upper case', 'protocol/errors.md', asks('message.send', `{"room":"${'A'.repeat(32)}","text":"x"}`, 'bad_request')],
  ['a room one digit too short', 'protocol/errors.md', asks('message.send', `{"room":"${nobody.slice(1)}","text":"x"}`, 'bad_request')],
  ['a room one digit too long', 'protocol/errors.md', asks('message.send', `{"room":"${nobody}0","text":"x"}`, 'bad_request')],
  ['a room that is a number', 'protocol/errors.md', asks('message.send', '{"room":7,"text":"x"}', 'bad_request')],
  ['a room with SQL in it', 'protocol/errors.md', asks('message.send', `{"room":"' OR 1=1 --","text":"x"}`, 'bad_request')],
  ['a room that does not exist', 'protocol/errors.md', asks('message.send', `{"room":"${nobody}","n":1,"text":"x"}`, 'unknown_room')],
  ['an empty text', 'protocol/errors.md', send('"text":""', 'bad_text')],
  ['a text with U+0000', 'protocol/errors.md', send('"text":"a\\u0000b"', 'bad_text')],
  ['a text with a lone high surrogate', 'protocol/errors.md', send('"text":"a\\ud800b"', 'bad_text')],
  ['a text with a lone low surrogate', 'protocol/errors.md', send('"text":"\\udc00"', 'bad_text')],
  ['a text with surrogates in the wrong order', 'protocol/errors.md', send('"text":"\\ude00\\ud83d"', 'bad_text')],
  ['a text one byte too long', 'kMaxTextBytes', send(`"text":"${'x'.repeat(16_385)}"`, 'text_too_long')],
  ['a text too long in bytes, not in characters', 'kMaxTextBytes', send(`"text":"${'€'.repeat(5_462)}"`, 'text_too_long')],
  ['a text too long that is short in escapes', 'kMaxTextBytes', send(`"text":"${'\\u0800'.repeat(5_462)}"`, 'text_too_long')],
  ['a text as long as one may be', 'kMaxTextBytes', send(`"text":"${'x'.repeat(16_384)}"`, 'ok')],
  ['a text of markup is a text', 'protocol/events.md', send('"text":"<script>alert(1)</script>\\u202e"', 'ok')],
  ['n of 0', 'kMaxN', send('"n":0,"text":"x"', 'bad_n')],
  ['n below 0', 'kMaxN', send('"n":-1,"text":"x"', 'bad_n')],
  ['n with a fraction', 'kMaxN', send('"n":1.5,"text":"x"', 'bad_n')],
  ['n with an exponent', 'kMaxN', send('"n":1e3,"text":"x"', 'bad_n')],
  ['n of 2^53', 'kMaxN', send('"n":9007199254740992,"text":"x"', 'bad_n')],
  ['n as text', 'kMaxN', send('"n":"1","text":"x"', 'bad_n')],
  ['n of null', 'kMaxN', send('"n":null,"text":"x"', 'bad_n')],
  ['n used for two things', 'protocol/events.md', asks('message.send', `{"room":"${nobody}","n":3,"text":"x"}`, 'unknown_room'), send('"n":3,"text":"x"', 'ok'), send('"n":3,"text":"another"', 'ok')],
  ['n of a refused request', 'protocol/errors.md', asks('room.leave', '{"room":"$L","n":4}', 'cannot_leave'), asks('room.leave', '{"room":"$L","n":4}', 'refused_before')],
  ['more requests than may wait', 'max_open_requests', floods((context, i) => `42/chat,${i}["message.send",{"room":"${context.lobby}","text":"flood"}]`, /^43\/chat,\d+\[(.*)\]$/), async (context) => {
    context.asked = 10_000;
  }, asks('room.list', '{}', 'ok')],
];

const others = [
  ['a room name too long', 'kMaxNameCodePoints', asks('room.create', `{"name":"${'x'.repeat(65)}"}`, 'bad_name')],
  ['an empty room name', 'kMaxNameCodePoints', asks('room.create', '{"name":""}', 'bad_name')],
  ['a room name with a line end', 'protocol/errors.md', asks('room.create', '{"name":"a\\nb"}', 'bad_name')],
  ['a room without a name', 'protocol/errors.md', asks('room.create', '{}', 'bad_request')],
  ['a room name that is an object', 'protocol/errors.md', asks('room.create', '{"name":{"x":1}}', 'bad_request')],
  ['an access that is none', 'protocol/errors.md', asks('room.create', '{"name":"fine","access":"secret"}', 'bad_request')],
  ['the access of the lobby', 'protocol/errors.md', asks('room.create', '{"name":"fine","access":"everyone"}', 'bad_request')],
  ['an access that is a boolean', 'protocol/errors.md', asks('room.create', '{"name":"fine","access":true}', 'bad_request')],
  ['joining the lobby', 'protocol/errors.md', asks('room.join', '{"room":"$L","n":3}', 'not_joinable')],
  ['joining a room that does not exist', 'protocol/errors.md', asks('room.join', `{"room":"${nobody}","n":2}`, 'unknown_room')],
  ['leaving the lobby', 'protocol/errors.md', asks('room.leave', '{"room":"$L","n":4}', 'cannot_leave')],
  ['leaving a room that does not exist', 'protocol/errors.md', asks('room.leave', `{"room":"${nobody}"}`, 'unknown_room')],
  ['a page of none', 'kMaxPageMessages', asks('history.get', '{"room":"$L","limit":0}', 'bad_request')],
  ['a page too long', 'kMaxPageMessages', asks('history.get', '{"room":"$L","limit":101}', 'bad_request')],
  ['a page as long as one may be', 'kMaxPageMessages', asks('history.get', '{"room":"$L","limit":100}', 'ok')],
  ['a page limit that is text', 'protocol/errors.md', asks('history.get', '{"room":"$L","limit":"10"}', 'bad_request')],
  ['a page both ways at once', 'protocol/errors.md', asks('history.get', '{"room":"$L","before":5,"after":2}', 'bad_request')],
  ['a page before a number below 0', 'protocol/errors.md', asks('history.get', '{"room":"$L","before":-1}', 'bad_request')],
  ['a page behind the end of numbers', 'kMaxN', asks('history.get', '{"room":"$L","after":9007199254740991}', 'ok')],
  ['a page behind more than the end of numbers', 'kMaxN', asks('history.get', '{"room":"$L","after":9007199254740992}', 'bad_request')],
  ['a page of a room that does not exist', 'protocol/errors.md', asks('history.get', `{"room":"${nobody}"}`, 'unknown_room')],
  ['a list too long', 'kMaxPageRooms', asks('room.list', '{"limit":101}', 'bad_request')],
  ['a list behind what is no text', 'protocol/errors.md', asks('room.list', '{"after":{}}', 'bad_request')],
  ['a list behind a cursor of the client', 'protocol/events.md', asks('room.list', '{"after":"\\u0000%_\' --"}', 'ok')],
  ['a resume of a list', 'protocol/errors.md', asks('resume', '{"rooms":["$L"]}', 'bad_request')],
  ['a resume of nothing', 'protocol/errors.md', asks('resume', '{}', 'bad_request')],
  ['a resume of too many rooms', 'kMaxRoomsPerResume', asks('resume', `{"rooms":{${rooms(501)}}}`, 'bad_request')],
  ['a resume of many rooms that do not exist', 'kMaxRoomsPerResume', asks('resume', `{"rooms":{${rooms(500)}}}`, 'ok')],
  ['a resume of what is no room', 'protocol/errors.md', asks('resume', '{"rooms":{"__proto__":null}}', 'bad_request')],
  ['a resume of one room twice', 'protocol/errors.md', asks('resume', '{"rooms":{"$L":null,"$L":null}}', 'bad_request')],
  ['a cursor without its number', 'protocol/errors.md', asks('resume', '{"rooms":{"$L":{"epoch":"0123456789abcdef"}}}', 'bad_request')],
  ['a cursor whose epoch is a number', 'protocol/errors.md', asks('resume', '{"rooms":{"$L":{"epoch":1,"seq":1}}}', 'bad_request')],
  ['a cursor whose epoch is too short', 'protocol/errors.md', asks('resume', '{"rooms":{"$L":{"epoch":"01","seq":1}}}', 'bad_request')],
  ['a cursor that is a number', 'protocol/errors.md', asks('resume', '{"rooms":{"$L":5}}', 'bad_request')],
  ['a cursor above the head', 'protocol/events.md', async (context) => {
    const { epoch } = context.rooms.find(({ id }) => id === context.lobby);
    const id = await ask(context, 'resume', `{"rooms":{"$L":{"epoch":"${epoch}","seq":9007199254740991}}}`);
    assert.equal((await answer(context, id)).rooms[context.lobby].resync, true);
  }],
  ['a cursor of another epoch', 'protocol/events.md', async (context) => {
    const id = await ask(context, 'resume', '{"rooms":{"$L":{"epoch":"0123456789abcdef","seq":1}}}');
    assert.equal((await answer(context, id)).rooms[context.lobby].resync, true);
  }],
  ['typing that is text', 'protocol/errors.md', asks('typing', '{"room":"$L","on":"yes"}', 'bad_request')],
  ['typing without a word', 'protocol/errors.md', asks('typing', '{"room":"$L"}', 'bad_request')],
  ['typing in a room that does not exist', 'protocol/errors.md', asks('typing', `{"room":"${nobody}","on":true}`, 'unknown_room')],
  ['a mark without a number', 'protocol/errors.md', asks('read.mark', '{"room":"$L"}', 'bad_request')],
  ['a mark below 0', 'protocol/errors.md', asks('read.mark', '{"room":"$L","seq":-5}', 'bad_request')],
  ['a mark above the head', 'protocol/events.md', async (context) => {
    const head = context.rooms.find(({ id }) => id === context.lobby).seq;
    const got = await answer(context, await ask(context, 'read.mark', '{"room":"$L","seq":9007199254740991}'));
    assert.ok(got.ok && got.seq < 9007199254740991 && got.seq >= head, JSON.stringify(got));
  }],
  ['a mark in a room that does not exist', 'protocol/errors.md', asks('read.mark', `{"room":"${nobody}","seq":1}`, 'unknown_room')],
];

const rootAsks = (args, code) => async ({ wire }) => {
  wire.write(text(`421["event:message"${args}]`));
  judge(JSON.parse((await hears(wire, /^431\[(.*)\]$/))[1]), code);
};
const root = [
  ['no message', 'protocol/events.md', rootAsks('', 'bad_request')],
  ['a message that is the text itself', 'protocol/events.md', rootAsks(',"hello"', 'bad_request')],
  ['a message that is a number', 'protocol/events.md', rootAsks(',{"message":1}', 'bad_request')],
  ['an empty message', 'protocol/errors.md', rootAsks(',{"message":""}', 'bad_text')],
  ['a message with a lone surrogate', 'protocol/errors.md', rootAsks(',{"message":"\\ud800"}', 'bad_text')],
  ['a message too long', 'kMaxTextBytes', rootAsks(`,{"message":"${'x'.repeat(16_385)}"}`, 'text_too_long')],
  ['a message twice', 'protocol/errors.md', rootAsks(',{"message":"a","message":"b"}', 'bad_request')],
  ['more requests than may wait', 'max_open_requests', floods((_, i) => `42${i}["event:message",{"message":"flood"}]`, /^43\d+\[(.*)\]$/), rootAsks('', 'bad_request')],
  ['a request of /chat', 'protocol/events.md', async ({ wire }) => {
    wire.write(text('421["message.send",{"room":"x","text":"y"}]'));
    judge(JSON.parse((await hears(wire, /^431\[(.*)\]$/))[1]), 'unknown_event');
  }],
];

export const layer = 'chat';
const entered = [webSocket(), enters('{"name":"Mallory"}')];
export const sections = [
  { on: 'skat', begin: webSocket(), rows: connect.map(([name, ...rest]) => [`CONNECT: ${name}`, ...rest]) },
  { on: 'skat', begin: entered, rows: [...shape, ...messages, ...others] },
  { on: 'skat', begin: [webSocket(), joins], rows: root.map(([name, ...rest]) => [`"/": ${name}`, ...rest]) },
];
