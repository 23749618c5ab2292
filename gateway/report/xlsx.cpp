#include <sys/mman.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include <algorithm>
#include <charconv>
#include <clocale>
#include <map>
#include <memory>

#include "report/markup.h"

// The bulletin as a workbook: one sheet a table, figures as numbers. A spreadsheet holds binary floating point, and the
// library writes 16 digits of it: a printed figure of up to 15 comes back by rounding, a longer one is written as text.
namespace songhua::report {
namespace {

constexpr std::size_t kMostDigits = 15;
constexpr std::size_t kSheetName = 31;  // Excel's limit, in characters
constexpr std::size_t kUpright = 6;     // columns that can be read on a page of A4 held upright

// The library writes files only; this one has no name and is gone with its descriptor.
class MemoryFile {
 public:
  MemoryFile() : fd_(memfd_create("bulletin.xlsx", MFD_CLOEXEC)) {}
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() {
    if (fd_ >= 0) close(fd_);
  }
  [[nodiscard]] bool ok() const { return fd_ >= 0; }
  [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }
  [[nodiscard]] std::string bytes() const {
    std::string all;
    std::string block(65536, '\0');
    for (off_t at = 0;;) {
      const auto got = pread(fd_, block.data(), block.size(), at);
      if (got <= 0) return all;
      all.append(block, 0, static_cast<std::size_t>(got));
      at += got;
    }
  }

 private:
  int fd_;
};

// The library prints numbers with the thread's locale: decimal commas would spoil the file.
class PlainLocale {
 public:
  PlainLocale() : plain_(newlocale(LC_ALL_MASK, "C", nullptr)), before_(uselocale(plain_)) {}
  PlainLocale(const PlainLocale&) = delete;
  PlainLocale& operator=(const PlainLocale&) = delete;
  ~PlainLocale() {
    uselocale(before_);
    freelocale(plain_);
  }

 private:
  locale_t plain_, before_;
};

std::size_t digits_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }));
}

std::size_t decimals_of(const std::string& text) {
  const auto point = text.find('.');
  return point == std::string::npos ? 0 : text.size() - point - 1;
}

// Columns that a text takes on screen: a Chinese character is two wide.
std::size_t width_of(const std::string& text) {
  std::size_t width = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) ++width;
    if (byte >= 0xC0) width += 2;
  }
  return width;
}

// What is left of a name that had to be cut: no part of a word, no "and" or "of" at its end.
std::string whole_words(std::string name) {
  constexpr std::size_t kShort = 3;
  for (auto blank = name.rfind(' '); blank != std::string::npos && blank > 0; blank = name.rfind(' ')) {
    name.resize(blank);
    const auto before = name.rfind(' ');
    const auto word = before == std::string::npos ? name.size() : name.size() - before - 1;
    if (word > kShort) break;
  }
  return name;
}

class Workbook {
 public:
  Workbook(const Bulletin& bulletin, Language language, const std::string& path)
      : b_(bulletin), language_(language), book_(workbook_new(path.c_str())) {}

  // Status of the library.
  lxw_error write() {
    if (book_ == nullptr) return LXW_ERROR_CREATING_XLSX_FILE;
    describe();
    formats();
    front();
    for (const auto& section : b_.sections) {
      for (const auto& table : section.tables) sheet(table);
    }
    notes();
    return workbook_close(book_);
  }

 private:
  [[nodiscard]] std::string words(const Words& w) const {
    if (language_ == Language::zh || w.zh == w.en) return w.zh;
    return language_ == Language::en ? w.en : w.zh + "\n" + w.en;
  }
  [[nodiscard]] std::string line(const Words& w) const { return in_line(w, language_); }

  // The document's date is the period's last day at noon UTC: bytes depend on the figures only.
  void describe() {
    title_ = line(b_.title);
    lxw_doc_properties properties{};
    properties.title = title_.data();
    std::tm date{};
    date.tm_year = b_.year - 1900;
    date.tm_mon = b_.month - 1;
    date.tm_mday = b_.day;
    date.tm_hour = 12;
    properties.created = timegm(&date);
    workbook_set_properties(book_, &properties);
  }

  lxw_format* format(bool bold, bool wrap) {
    auto* f = workbook_add_format(book_);
    if (bold) format_set_bold(f);
    if (wrap) format_set_text_wrap(f);
    format_set_align(f, LXW_ALIGN_VERTICAL_TOP);
    return f;
  }

  void formats() {
    title_format_ = format(true, false);
    format_set_font_size(title_format_, 14);
    text_ = format(false, true);
    plain_ = format(false, false);
    head_ = format(true, true);
    format_set_align(head_, LXW_ALIGN_CENTER);
    format_set_bottom(head_, LXW_BORDER_THIN);
    format_set_bg_color(head_, 0xE8EEF6);
    mark_ = format(false, false);
    format_set_align(mark_, LXW_ALIGN_RIGHT);
  }

  // By decimals and doubt: preliminary figures are in italics.
  lxw_format* number_format(std::size_t decimals, bool preliminary) {
    auto& f = numbers_[{decimals, preliminary}];
    if (f != nullptr) return f;
    f = format(false, false);
    format_set_num_format(f, decimals == 0 ? "0" : ("0." + std::string(decimals, '0')).c_str());
    if (preliminary) format_set_italic(f);
    return f;
  }
  lxw_format* label_format(int level) {
    auto& f = labels_[level];
    if (f != nullptr) return f;
    f = format(level == 0, true);
    format_set_indent(f, static_cast<std::uint8_t>(level));
    return f;
  }

  // Names of sheets are unique and without the characters that Excel keeps for itself.
  lxw_worksheet* add_sheet(const Words& title) {
    std::string name;
    std::size_t characters = 0;
    for (const char c : language_ == Language::en ? title.en : title.zh) {
      const bool starts = (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
      if (starts && ++characters > kSheetName - 3) {  // leaves room for a number
        if (language_ == Language::en) {
          if (c == ' ') name += c;  // the word before it is whole
          name = whole_words(std::move(name));
        }
        break;
      }
      name += std::string_view("[]:*?/\\'").find(c) == std::string_view::npos ? c : ' ';
    }
    const auto count = ++names_[name];
    if (count > 1) name += " " + std::to_string(count);
    auto* sheet = workbook_add_worksheet(book_, name.c_str());
    worksheet_set_paper(sheet, 9);  // A4
    worksheet_fit_to_pages(sheet, 1, 0);
    return sheet;
  }

  void put(lxw_worksheet* sheet, lxw_row_t row, std::size_t column, const std::string& text, lxw_format* f) {
    worksheet_write_string(sheet, row, static_cast<lxw_col_t>(column), text.c_str(), f);
  }

  void put(lxw_worksheet* sheet, lxw_row_t row, std::size_t column, const Cell& cell) {
    double value = 0;
    const auto* end = cell.text.data() + cell.text.size();
    const bool number = cell.shown == Shown::figure && digits_of(cell.text) <= kMostDigits &&
                        std::from_chars(cell.text.data(), end, value).ptr == end;
    if (!number) return put(sheet, row, column, shown_text(cell), mark_);
    const bool preliminary = cell.status == indicators::Status::preliminary && !b_.all_preliminary;
    worksheet_write_number(sheet, row, static_cast<lxw_col_t>(column), value,
                           number_format(decimals_of(cell.text), preliminary));
  }

  void front() {
    auto* sheet = add_sheet({"概要", "Summary"});
    worksheet_set_column(sheet, 0, 0, 46, nullptr);
    worksheet_set_column(sheet, 1, 2, 16, nullptr);
    worksheet_set_column(sheet, 3, 3, 40, nullptr);
    lxw_row_t row = 0;
    put(sheet, row++, 0, line(b_.title), title_format_);
    put(sheet, row++, 0, line(b_.subtitle), plain_);
    ++row;
    for (const auto& head : b_.headlines) {
      put(sheet, row, 0, words(head.title), text_);
      put(sheet, row, 1, head.cell);
      put(sheet, row, 2, line(head.unit), plain_);
      if (!head.remark.empty()) put(sheet, row, 3, words(head.remark), text_);
      ++row;
    }
    ++row;
    for (const auto& sentence : b_.sentences) {
      for (const auto& text : {sentence.zh, sentence.en}) {
        if (text == sentence.zh ? language_ == Language::en : language_ == Language::zh) continue;
        worksheet_merge_range(sheet, row, 0, row, 3, text.c_str(), text_);
        const auto lines = 1 + width_of(text) / 110;
        worksheet_set_row(sheet, row++, 15.0 * static_cast<double>(lines), nullptr);
      }
    }
  }

  [[nodiscard]] static bool has_units(const Table& t) {
    return std::any_of(t.rows.begin(), t.rows.end(), [](const Row& row) { return !row.unit.empty(); });
  }

  void sheet(const Table& t) {
    auto* sheet = add_sheet(t.title);
    put(sheet, 0, 0, line(t.title), title_format_);
    lxw_row_t row = 2;
    if (!t.rows.empty()) {
      const std::size_t first = has_units(t) ? 2 : 1;
      header(sheet, t, first);
      row = 3;
      for (const auto& each : t.rows) {
        put(sheet, row, 0, words(each.title), label_format(each.level));
        if (first == 2) put(sheet, row, 1, words(each.unit), text_);
        for (std::size_t c = 0; c < each.cells.size(); ++c) put(sheet, row, first + c, each.cells[c]);
        ++row;
      }
      if (first + t.columns.size() > kUpright) worksheet_set_landscape(sheet);
      worksheet_freeze_panes(sheet, 3, static_cast<lxw_col_t>(first));
      worksheet_repeat_rows(sheet, 1, 2);
      widths(sheet, t, first);
      ++row;
    } else {
      worksheet_set_column(sheet, 0, 0, 60, nullptr);
    }
    for (const auto* lines : {&t.missing, &t.notes}) {
      for (const auto& text : *lines) put(sheet, row++, 0, line(text), plain_);
    }
  }

  void header(lxw_worksheet* sheet, const Table& t, std::size_t first) {
    put(sheet, 1, 0, "", head_);
    put(sheet, 2, 0, "", head_);
    if (first == 2) {
      put(sheet, 1, 1, "", head_);
      put(sheet, 2, 1, words({"单位", "unit"}), head_);
    }
    for (std::size_t c = 0; c < t.columns.size();) {
      std::size_t end = c;
      while (end < t.columns.size() && t.columns[end].group == t.columns[c].group) ++end;
      const auto group = words(t.columns[c].group);
      if (end - c > 1) {
        worksheet_merge_range(sheet, 1, static_cast<lxw_col_t>(first + c), 1, static_cast<lxw_col_t>(first + end - 1),
                              group.c_str(), head_);
      } else {
        put(sheet, 1, first + c, group, head_);
      }
      for (; c < end; ++c) {
        auto title = t.columns[c].title;
        const auto& unit = t.columns[c].unit;
        if (!unit.empty()) title = {title.zh + "（" + unit.zh + "）", title.en + " (" + unit.en + ")"};
        put(sheet, 2, first + c, words(title), head_);
      }
    }
  }

  // Wide enough for the longest label line and figure; heads wrap.
  void widths(lxw_worksheet* sheet, const Table& t, std::size_t first) {
    std::size_t label = 12;
    for (const auto& row : t.rows) {
      const auto indent = 2 * static_cast<std::size_t>(row.level);
      const auto wide = language_ == Language::zh   ? width_of(row.title.zh)
                        : language_ == Language::en ? width_of(row.title.en)
                                                    : std::max(width_of(row.title.zh), width_of(row.title.en));
      label = std::max(label, std::min<std::size_t>(wide + indent + 2, 56));
    }
    worksheet_set_column(sheet, 0, 0, static_cast<double>(label), nullptr);
    if (first == 2) worksheet_set_column(sheet, 1, 1, 16, nullptr);
    for (std::size_t c = 0; c < t.columns.size(); ++c) {
      std::size_t wide = 13;
      for (const auto& row : t.rows) wide = std::max(wide, row.cells[c].text.size() + 2);
      const auto column = static_cast<lxw_col_t>(first + c);
      worksheet_set_column(sheet, column, column, static_cast<double>(wide), nullptr);
    }
    worksheet_set_row(sheet, 1, language_ == Language::both ? 30 : 16, nullptr);
    worksheet_set_row(sheet, 2, language_ == Language::both ? 62 : 32, nullptr);
  }

  void notes() {
    auto* sheet = add_sheet({"说明", "Notes"});
    worksheet_set_column(sheet, 0, 0, 28, nullptr);
    worksheet_set_column(sheet, 1, 1, 100, nullptr);
    lxw_row_t row = 0;
    for (const auto& note : b_.notes) {
      put(sheet, row, 0, words(note.title), label_format(0));
      put(sheet, row++, 1, words(note.text), text_);
    }
    put(sheet, row, 1, words({"斜体为初步数。", "Figures in italics are preliminary."}), text_);
  }

  const Bulletin& b_;
  Language language_;
  lxw_workbook* book_;  // freed by workbook_close
  std::string title_;
  lxw_format *title_format_ = nullptr, *text_ = nullptr, *plain_ = nullptr, *head_ = nullptr, *mark_ = nullptr;
  std::map<std::pair<std::size_t, bool>, lxw_format*> numbers_;
  std::map<int, lxw_format*> labels_;
  std::map<std::string, int> names_;
};

}  // namespace

Result<std::string> to_xlsx(const Bulletin& bulletin, Language language) {
  const PlainLocale locale;
  const MemoryFile file;
  if (!file.ok()) return Error{"no memory for the workbook: the system refuses an anonymous file"};
  const auto status = Workbook(bulletin, language, file.path()).write();
  if (status != LXW_NO_ERROR) return Error{std::string("the workbook could not be written: ") + lxw_strerror(status)};
  return file.bytes();
}

}  // namespace songhua::report
