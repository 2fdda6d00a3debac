// Real text for tests: the lines of Debian's fortune files in many languages, with emoji between them.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const folder = '/usr/share/games/fortunes';
const emoji = ['😀', '👩‍👩‍👧‍👦', '🇩🇪', '👍🏽', '🫠', '✈️', '𝔖𝔨𝔞𝔱', 'e\u0301', 'नमस्ते', 'שלום', 'مرحبا'];

function files(at) {
  return readdirSync(at).flatMap((name) => {
    const path = join(at, name);
    if (statSync(path).isDirectory()) return files(path);
    return /\.(dat|u8)$/.test(name) ? [] : [path];
  });
}

// `count` different lines, the languages taken in turn, each line valid UTF-8 and within the message limit.
export function fortuneLines(count) {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const sources = [];
  for (const path of files(folder)) {
    try {
      const lines = decoder.decode(readFileSync(path)).split('\n').map((line) => line.replaceAll('\0', ''));
      sources.push(lines.filter((line) => line.trim().length > 1));
    } catch {
      // a file in another encoding
    }
  }
  const seen = new Set();
  for (let row = 0; seen.size < count; row += 1) {
    if (sources.every((lines) => row >= lines.length)) throw new Error(`only ${seen.size} lines are installed`);
    for (const [index, lines] of sources.entries()) {
      if (row >= lines.length || seen.size >= count) continue;
      seen.add(seen.size % 7 === 0 ? `${lines[row]} ${emoji[(row + index) % emoji.length]}` : lines[row]);
    }
  }
  return [...seen];
}
