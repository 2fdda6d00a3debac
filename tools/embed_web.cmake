# cmake -DDIST=<folder> -DFILES=<list of paths below it> -DOUT=<file.cpp> -P embed_web.cmake
# Writes a .cpp that carries the files of the built web client: the assembler takes their bytes in (.incbin), so that
# neither the compiler nor this script reads them; a table names path, SHA-256 (for the ETag) and bytes.
set(blobs "")
set(rows "")
set(index 0)
foreach(path IN LISTS FILES)
  file(SHA256 "${DIST}/${path}" hash)
  string(SUBSTRING "${hash}" 0 32 hash)
  set(symbol "skat_web_file_${index}")
  string(APPEND blobs
    "asm(R\"(.pushsection .rodata\n.global ${symbol}\n.global ${symbol}_end\n${symbol}:\n.incbin \"${DIST}/${path}\"\n"
    "${symbol}_end:\n.byte 0\n.popsection)\");\n"
    "extern \"C\" const char ${symbol}[], ${symbol}_end[];\n")
  string(APPEND rows
    "      {\"${path}\", \"${hash}\", {${symbol}, static_cast<std::size_t>(${symbol}_end - ${symbol})}},\n")
  math(EXPR index "${index} + 1")
endforeach()

set(text "#include \"gateway/static_files.hpp\"\n\n${blobs}\nnamespace skat::gateway {\n\n")
string(APPEND text "std::vector<EmbeddedFile> embedded_web_files() {\n  return {\n${rows}  };\n}\n\n}  // namespace skat::gateway\n")
file(WRITE "${OUT}" "${text}")
