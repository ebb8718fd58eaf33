//! From submissions to points: status, duplicates, links, stance, points, labels.
