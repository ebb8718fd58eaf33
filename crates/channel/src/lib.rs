//! Bytes of a channel to submissions: JSON Lines, CSV, XLSX.
