# cmake -DASSETS=a;b;c -DOUTPUT=file.cpp -P embed_assets.cmake: writes the table that assets.h declares.

set(types_html "text/html; charset=utf-8")
set(types_css "text/css; charset=utf-8")
set(types_js "text/javascript; charset=utf-8")
set(types_svg "image/svg+xml")

set(arrays "")
set(rows "")
set(n 0)
foreach(asset ${ASSETS})
  get_filename_component(name ${asset} NAME)
  get_filename_component(extension ${asset} LAST_EXT)
  string(SUBSTRING ${extension} 1 -1 extension)
  if(NOT DEFINED types_${extension})
    message(FATAL_ERROR "${asset}: no media type is known for .${extension}; add one to embed_assets.cmake")
  endif()
  file(READ ${asset} bytes HEX)
  file(SHA256 ${asset} hash)
  string(SUBSTRING ${hash} 0 16 tag)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
  string(APPEND arrays "constexpr unsigned char kBytes${n}[] = {${bytes}};\n")
  string(APPEND rows "    {\"${name}\", \"${types_${extension}}\", \"\\\"${tag}\\\"\", text(kBytes${n})},\n")
  math(EXPR n "${n} + 1")
endforeach()

file(WRITE ${OUTPUT}.new "// Made by embed_assets.cmake.
#include \"web/assets.h\"

namespace songhua::web {
namespace {

template <std::size_t N>
std::string_view text(const unsigned char (&bytes)[N]) {
  return {reinterpret_cast<const char*>(bytes), N};
}

${arrays}
}  // namespace

std::span<const Asset> assets() {
  static const Asset all[] = {
${rows}  };
  return all;
}

}  // namespace songhua::web
")
file(RENAME ${OUTPUT}.new ${OUTPUT})
