// The text of a message as elements.
import { cleanup, render } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { readMarkdown, safeHref } from "./lexer";
import { Markdown } from "./Markdown";

function html(text: string): string {
  const { container } = render(<Markdown text={text} />);
  const elements = [...(container.firstElementChild?.children ?? [])];
  return elements.map((each) => new XMLSerializer().serializeToString(each).replace(/ xmlns="[^"]*"/g, "")).join("");
}

function shown(text: string): string {
  return render(<Markdown text={text} />).container.textContent;
}

describe("Markdown", () => {
  afterEach(cleanup);

  it.each([
    ["**bold**", "<p><strong>bold</strong></p>"],
    ["*soft* ~~gone~~", "<p><em>soft</em> <del>gone</del></p>"],
    ["`a < b`", "<p><code>a &lt; b</code></p>"],
    ["one\ntwo", "<p>one<br />two</p>"],
    ["- a\n- b", "<ul><li><span>a</span></li><li><span>b</span></li></ul>"],
    ["3. c", '<ol start="3"><li><span>c</span></li></ol>'],
    ["> said", "<blockquote><p>said</p></blockquote>"],
  ])("shows %j", (text, expected) => {
    expect(html(text)).toBe(expected);
  });

  it("shows a block of code as it was typed", () => {
    const { container } = render(<Markdown text={"```cpp\nint a;\n  *b*\n```"} />);
    expect(container.querySelector("pre code")?.textContent).toBe("int a;\n  *b*");
  });

  it("makes addresses into links that tell nobody where one came from", () => {
    const { container } = render(<Markdown text="see https://example.org/a?b=1." />);
    const link = container.querySelector("a");
    expect(link?.getAttribute("href")).toBe("https://example.org/a?b=1");
    expect(link?.rel).toBe("noopener noreferrer nofollow");
    expect(link?.target).toBe("_blank");
  });

  it.each([
    "[click](javascript:alert(1))",
    "[click](data:text/html,x)",
    "![x](javascript:alert(1))",
    "<a href='javascript:alert(1)'>x</a>",
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
  ])("makes no element of %j, and shows all of it", (text) => {
    const { container } = render(<Markdown text={text} />);
    expect(container.querySelector("a, img, script")).toBeNull();
    expect(container.textContent).toBe(text);
  });

  it("fetches no pictures", () => {
    const { container } = render(<Markdown text="![a cat](https://example.org/cat.png)" />);
    expect(container.querySelector("img")).toBeNull();
    expect(container.querySelector("a")?.textContent).toBe("a cat");
  });

  it.each([
    "[note]: https://example.org",
    "a\n---",
    "    four spaces",
    "a | b\n--|--\n1 | 2",
    "\\* no list",
    "5 < 6 && 7 > 2 &amp;",
    "\"quoted\" 'single'",
    "#channel",
  ])("hides nothing of %j", (text) => {
    const words = text.replace(/\\\*/, "*").split(/\s+/).filter(Boolean);
    for (const word of words.filter((each) => each !== "---")) expect(shown(text)).toContain(word);
  });

  it("lets each text choose its own direction", () => {
    const { container } = render(<Markdown text="שלום" />);
    expect(container.firstElementChild?.getAttribute("dir")).toBe("auto");
  });

  it.each([
    ">",
    "> ",
    "- ",
    "*",
    "[",
    "`",
    "!",
    "**a ",
    "_a",
    "*a**b",
    "![](",
    "a@",
    "www.",
    "https://a",
    "\\",
    "<",
    "\n",
  ])("reads a message full of %j in reasonable time", (part) => {
    const begin = performance.now();
    readMarkdown(part.repeat(16_000 / part.length));
    readMarkdown(part.repeat(4_000 / part.length));
    expect(performance.now() - begin).toBeLessThan(1_000);
  });

  it("keeps the blocks of code of a very long text, and shows the rest as it was typed", () => {
    const code = "x = 1\n".repeat(1_000).trimEnd();
    const { container } = render(<Markdown text={`*before*\n\`\`\`py\n${code}\n\`\`\`\nafter`} />);
    expect(container.querySelector("pre code")?.textContent).toBe(code);
    expect([...container.querySelectorAll("p")].map((each) => each.textContent)).toEqual(["*before*", "after"]);
  });

  it("shows what is nested beyond reason as it was typed", () => {
    const deep = `${"> ".repeat(30)}deep`;
    expect(html(deep)).toBe(`<p>${deep.replaceAll(">", "&gt;")}</p>`);
  });
});

describe("safeHref", () => {
  it("follows web and mail addresses only", () => {
    expect(safeHref("https://example.org")).toBe("https://example.org/");
    expect(safeHref("mailto:ada@example.org")).toBe("mailto:ada@example.org");
    for (const bad of ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "file:///etc/passwd", "/relative", "x"]) {
      expect(safeHref(bad)).toBeUndefined();
    }
  });
});
