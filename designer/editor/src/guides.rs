//! Alignment while dragging: edges and middles of other cards that a card snaps to, and the lines that show it.

use crate::geometry::Rect;

/// A line between aligned cards, in the world.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Guide {
    /// Upright, or lying?
    pub is_vertical: bool,
    /// Its x when upright, its y when lying.
    pub at: f64,
    /// Where it begins, along its own direction.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
}

/// How far to shift a dragged rectangle so that it is aligned with others within `reach`, and what to show.
pub fn align(moving: &Rect, others: &[Rect], reach: f64) -> (f64, f64, Vec<Guide>) {
    let mut guides = Vec::new();
    let dx = nearest(marks(moving.x, moving.w), others.iter().map(|other| marks(other.x, other.w)), reach);
    let dy = nearest(marks(moving.y, moving.h), others.iter().map(|other| marks(other.y, other.h)), reach);
    let (shift_x, shift_y) = (dx.unwrap_or(0.0), dy.unwrap_or(0.0));
    let shown = Rect::new(moving.x + shift_x, moving.y + shift_y, moving.w, moving.h);
    if dx.is_some() {
        guides.extend(lines(
            true,
            (shown.x, shown.w),
            (shown.y, shown.h),
            others.iter().map(|o| ((o.x, o.w), (o.y, o.h))),
        ));
    }
    if dy.is_some() {
        guides.extend(lines(
            false,
            (shown.y, shown.h),
            (shown.x, shown.w),
            others.iter().map(|o| ((o.y, o.h), (o.x, o.w))),
        ));
    }
    (shift_x, shift_y, guides)
}

/// Start, middle and end of a span.
fn marks(start: f64, length: f64) -> [f64; 3] {
    [start, start + length / 2.0, start + length]
}

/// The least shift that brings one of our marks onto the same mark of another.
fn nearest(own: [f64; 3], others: impl Iterator<Item = [f64; 3]>, reach: f64) -> Option<f64> {
    others
        .flat_map(|other| [other[0] - own[0], other[1] - own[1], other[2] - own[2]])
        .filter(|shift| shift.abs() <= reach)
        .min_by(|a, b| a.abs().total_cmp(&b.abs()))
}

type Span = (f64, f64);

/// One line for each mark that is shared, long enough to reach every card that shares it.
fn lines(
    is_vertical: bool,
    own: Span,
    own_cross: Span,
    others: impl Iterator<Item = (Span, Span)> + Clone,
) -> Vec<Guide> {
    let own_marks = marks(own.0, own.1);
    (0..3)
        .filter_map(|mark| {
            let at = own_marks[mark];
            let shared = others.clone().filter(|(span, _)| (marks(span.0, span.1)[mark] - at).abs() < 0.5);
            let ends = shared.map(|(_, cross)| (cross.0, cross.0 + cross.1));
            let (from, to) = ends.reduce(|all, one| (all.0.min(one.0), all.1.max(one.1)))?;
            Some(Guide { is_vertical, at, from: from.min(own_cross.0), to: to.max(own_cross.0 + own_cross.1) })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_near_the_line_of_another_snaps_to_it() {
        let others = [Rect::new(0.0, 0.0, 240.0, 100.0)];

        let (dx, dy, guides) = align(&Rect::new(3.0, 300.0, 240.0, 80.0), &others, 6.0);

        assert_eq!((dx, dy), (-3.0, 0.0));
        assert_eq!(guides.len(), 3, "left, middle and right are shared by cards of one width");
        assert_eq!(guides[0], Guide { is_vertical: true, at: 0.0, from: 0.0, to: 380.0 });
    }

    #[test]
    fn far_cards_do_not_pull() {
        let others = [Rect::new(0.0, 0.0, 240.0, 100.0)];

        assert_eq!(align(&Rect::new(40.0, 333.0, 240.0, 80.0), &others, 6.0), (0.0, 0.0, Vec::new()));
    }
}
