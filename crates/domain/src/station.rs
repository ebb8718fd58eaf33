//! Where opinions are collected, and by whom: 联系点 → 联络站 → 采集点, and their 信息员.

use crate::StationId;

/// The levels of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StationKind {
    /// 联系点, the root.
    Point,
    /// 联络站, below a point.
    Station,
    /// 采集点, below a station or directly below a point.
    Collection,
}

impl StationKind {
    /// All with wire names and Chinese names.
    pub const ALL: [(Self, &'static str, &'static str); 3] = [
        (Self::Point, "point", "联系点"),
        (Self::Station, "station", "联络站"),
        (Self::Collection, "collection", "采集点"),
    ];

    /// Whether a place of this kind may stand below one of `parent`.
    #[must_use]
    pub fn may_be_under(self, parent: Option<Self>) -> bool {
        match parent {
            None => self == Self::Point,
            Some(parent) => parent < self && parent != Self::Collection,
        }
    }
}

/// A place, with a permanent code that is printed as its QR code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Station {
    /// Its number.
    pub id: StationId,
    /// The code in its QR code.
    pub code: String,
    /// Its level.
    pub kind: StationKind,
    /// Its name, unique among its siblings.
    pub name: String,
    /// The place that it belongs to.
    pub parent: Option<StationId>,
}

#[cfg(test)]
mod tests {
    use super::StationKind::{Collection, Point, Station};

    #[test]
    fn the_tree_has_points_at_its_root_and_nothing_below_a_collection_place() {
        let allowed = [
            (Point, None),
            (Station, Some(Point)),
            (Collection, Some(Point)),
            (Collection, Some(Station)),
        ];
        for kind in [Point, Station, Collection] {
            for parent in [None, Some(Point), Some(Station), Some(Collection)] {
                let want = allowed.contains(&(kind, parent));
                assert_eq!(kind.may_be_under(parent), want, "{kind:?} {parent:?}");
            }
        }
    }
}
