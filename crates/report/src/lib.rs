//! Reports as Markdown, JSON, CSV and XLSX from plain report data.
