// A table filled in with LibreOffice Calc, as an official would: words chosen, rows sorted, a filter set.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

export const installed = !spawnSync("soffice", ["--version"]).error;

/** `rows`: what is filled in below the header, row by row: 采纳情况 and its reason. */
function macro(from, to, rows) {
  const filled = rows.map(([word, reason], at) => `sheet.getCellByPosition(10, ${at + 3}).String = "${word}"
  sheet.getCellByPosition(11, ${at + 3}).String = "${reason}"`);
  return `Sub Fill
  Dim hidden(0) As New com.sun.star.beans.PropertyValue
  hidden(0).Name = "Hidden"
  hidden(0).Value = True
  Dim book, sheet, cursor, last, area, filter
  book = StarDesktop.loadComponentFromURL("${from}", "_blank", 0, hidden())
  sheet = book.Sheets.getByName("汇总表")
  cursor = sheet.createCursor()
  cursor.gotoEndOfUsedArea(False)
  last = cursor.RangeAddress.EndRow
  ${filled.join("\n  ")}
  ' The heaviest first: 件数 is the ninth column.
  area = sheet.getCellRangeByPosition(0, 3, 12, last)
  Dim field(0) As New com.sun.star.table.TableSortField
  field(0).Field = 8
  field(0).IsAscending = False
  Dim sorting(1) As New com.sun.star.beans.PropertyValue
  sorting(0).Name = "SortFields"
  sorting(0).Value = field()
  sorting(1).Name = "ContainsHeader"
  sorting(1).Value = False
  area.sort(sorting())
  ' Only what is filled in is shown.
  area = sheet.getCellRangeByPosition(0, 2, 12, last)
  filter = area.createFilterDescriptor(True)
  filter.ContainsHeader = True
  Dim shown(0) As New com.sun.star.sheet.TableFilterField
  shown(0).Field = 10
  shown(0).Operator = com.sun.star.sheet.FilterOperator.NOT_EMPTY
  filter.setFilterFields(shown())
  area.filter(filter)
  Dim kind(0) As New com.sun.star.beans.PropertyValue
  kind(0).Name = "FilterName"
  kind(0).Value = "Calc MS Excel 2007 XML"
  book.storeToURL("${to}", kind())
  book.close(True)
End Sub`;
}

function office(profile, task) {
  const done = spawnSync("soffice", [`-env:UserInstallation=${pathToFileURL(profile)}`, "--headless", task], { encoding: "utf8", timeout: 120000 });
  if (done.status !== 0) throw new Error(`soffice ${task}: ${done.stderr}`);
}

/** The workbook as LibreOffice saves it after that. */
export function fill(bytes, rows) {
  const folder = mkdtempSync(join(tmpdir(), "caifeng-calc-"));
  try {
    const [from, to] = ["table.xlsx", "filled.xlsx"].map((name) => join(folder, name));
    writeFileSync(from, bytes);
    const profile = join(folder, "profile");
    // The first start makes a profile with an empty module, which the second one runs.
    office(profile, "--terminate_after_init");
    const source = macro(pathToFileURL(from), pathToFileURL(to), rows).replace(/&/g, "&amp;").replace(/</g, "&lt;");
    writeFileSync(join(profile, "user", "basic", "Standard", "Module1.xba"), `<?xml version="1.0" encoding="UTF-8"?>
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Module1" script:language="StarBasic">${source}</script:module>`);
    office(profile, "macro:///Standard.Module1.Fill");
    return readFileSync(to);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
