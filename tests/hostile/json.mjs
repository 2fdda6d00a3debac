// JSON: what a payload may be (RFC 8259), in an event that the library echoes byte for byte.
import { text } from './bytes.mjs';
import { closes, says, webSocket } from './steps.mjs';

const echoes = (json) => [text(`421["message-with-ack",${json}]`), says(`431[${json}]`)];
const violates = (json) => [text(`421["message-with-ack",${json}]`), closes()];
const nested = (open, close, levels) => `${open.repeat(levels)}1${close.repeat(levels)}`;

const depth = [
  ['arrays as deep as may be', 'max_json_depth', echoes(nested('[', ']', 127))],
  ['arrays one level too deep', 'max_json_depth', violates(nested('[', ']', 128))],
  ['objects one level too deep', 'max_json_depth', violates(nested('{"a":', '}', 128))],
  ['arrays and objects in turn, too deep', 'max_json_depth', violates(nested('[{"a":', '}]', 64))],
  ['a hundred thousand brackets that never close', 'max_json_depth', text(`42${'['.repeat(100_000)}`), closes()],
  ['brackets in a string are no depth', 'max_json_depth', echoes(`"${'['.repeat(500)}"`)],
  ['many shallow values', 'max_json_depth', echoes(`[${Array(20_000).fill('[]').join(',')}]`)],
  ['as many arguments as may be', 'max_elements', echoes(Array(1_023).fill('0').join(','))],
  ['too many arguments', 'max_elements', violates(Array(1_024).fill('0').join(','))],
  ['hundreds of thousands of arguments', 'max_elements', violates(Array(300_000).fill('0').join(','))],
];

const numbers = [
  ['1e400', 'RFC 8259 6', echoes('1e400')],
  ['a number of 10,000 digits', 'RFC 8259 6', echoes('9'.repeat(10_000))],
  ['minus zero', 'RFC 8259 6', echoes('-0')],
  ['an exponent that nothing can hold', 'RFC 8259 6', echoes(`1E-${'9'.repeat(400)}`)],
  ['a zero before a number', 'RFC 8259 6', violates('01')],
  ['a plus before a number', 'RFC 8259 6', violates('+1')],
  ['nothing before the point', 'RFC 8259 6', violates('.5')],
  ['nothing behind the point', 'RFC 8259 6', violates('1.')],
  ['nothing behind the exponent', 'RFC 8259 6', violates('1e+')],
  ['a minus alone', 'RFC 8259 6', violates('-')],
  ['a number in hex', 'RFC 8259 6', violates('0x10')],
  ['NaN', 'RFC 8259 6', violates('NaN')],
  ['Infinity', 'RFC 8259 6', violates('-Infinity')],
  ['a BigInt', 'RFC 8259 6', violates('1n')],
  ['two points', 'RFC 8259 6', violates('1.2.3')],
];

const strings = [
  ['a line end in a string', 'RFC 8259 7', violates('"a\nb"')],
  ['NUL in a string', 'RFC 8259 7', violates('"a\u0000b"')],
  ['NUL in an escape', 'RFC 8259 7', echoes('"a\\u0000b"')],
  ['an escape that does not exist', 'RFC 8259 7', violates('"\\x41"')],
  ['an escape of three digits', 'RFC 8259 7', violates('"\\u041"')],
  ['an escape in braces', 'RFC 8259 7', violates('"\\u{41}"')],
  ['a backslash at the end', 'RFC 8259 7', text('421["message-with-ack","a\\'), closes()],
  ['a string that never ends', 'RFC 8259 7', text(`421["message-with-ack","${'a'.repeat(10_000)}`), closes()],
  ['a string in single quotes', 'RFC 8259 7', violates("'a'")],
  ['a lone high surrogate', 'RFC 8259 8.2', echoes('"\\ud800"')],
  ['a lone low surrogate', 'RFC 8259 8.2', echoes('"\\udc00x"')],
  ['two surrogates in the wrong order', 'RFC 8259 8.2', echoes('"\\ude00\\ud83d"')],
  ['line separators of JavaScript', 'RFC 8259 7', echoes('"\u2028\u2029"')],
  ['a text direction that is turned', 'RFC 8259 7', echoes('"\u202etxt.exe"')],
  ['characters that are none', 'RFC 8259 8.1', echoes('"\uffff\u{10ffff}"')],
  ['a slash in an escape', 'RFC 8259 7', echoes('"<\\/script>"')],
];

const structure = [
  ['a comma at the end of an array', 'RFC 8259 5', violates('[1,]')],
  ['a comma at the beginning', 'RFC 8259 5', violates('[,1]')],
  ['two commas', 'RFC 8259 5', violates('1,,2')],
  ['no comma', 'RFC 8259 5', violates('[1 2]')],
  ['a comma at the end of an object', 'RFC 8259 4', violates('{"a":1,}')],
  ['no colon', 'RFC 8259 4', violates('{"a" 1}')],
  ['two colons', 'RFC 8259 4', violates('{"a"::1}')],
  ['a member without a value', 'RFC 8259 4', violates('{"a":}')],
  ['a name without quotes', 'RFC 8259 4', violates('{a:1}')],
  ['a name that is a number', 'RFC 8259 4', violates('{1:1}')],
  ['brackets that do not match', 'RFC 8259 2', violates('[1}')],
  ['a bracket too many', 'RFC 8259 2', violates('1]')],
  ['a bracket missing', 'RFC 8259 2', text('421["message-with-ack",[1]'), closes()],
  ['a comment', 'RFC 8259 2', violates('1/*2*/')],
  ['a literal in capitals', 'RFC 8259 3', violates('True')],
  ['half a literal', 'RFC 8259 3', violates('nul')],
  ['a literal with more behind it', 'RFC 8259 3', violates('nulls')],
  ['undefined', 'RFC 8259 3', violates('undefined')],
  ['a byte order mark', 'RFC 8259 8.1', text('421\ufeff["message-with-ack"]'), closes()],
  ['a space that is none of JSON', 'RFC 8259 2', violates('\u00a01')],
  ['a vertical tab', 'RFC 8259 2', violates('\u000b1')],
  ['every space there is', 'RFC 8259 2', text('421 \t\r\n[ "message-with-ack" ,\n1 ] '), says(/^431\[\s*1\s*\]$/)],
  ['duplicate keys are passed on', 'RFC 8259 4', echoes('{"a":1,"a":2}')],
  ['__proto__ is a name', 'RFC 8259 4', echoes('{"__proto__":{"admin":true},"constructor":{"prototype":{}}}')],
  ['an empty name of a member', 'RFC 8259 4', echoes('{"":{"":""}}')],
  ['toJSON is a name', 'RFC 8259 4', echoes('{"toJSON":1,"length":-1}')],
  ['thousands of members of one name', 'RFC 8259 4', echoes(`{${Array(20_000).fill('"k":0').join(',')}}`)],
];

export const layer = 'json';
export const sections = [
  { on: 'library', begin: [webSocket(), text('40'), says(/^40\{/), says(/^42\["auth"/)], rows: [...depth, ...numbers, ...strings, ...structure] },
];
