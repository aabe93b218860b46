//! Alignment while dragging: edges and middles of other cards that a card snaps to, gaps that become equal, and the lines
//! that show it.

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
    /// Does it show one of two equal gaps, rather than an edge that is shared?
    pub is_gap: bool,
}

/// How far to shift a dragged rectangle so that it is aligned with others within `reach`, and what to show.
pub fn align(moving: &Rect, others: &[Rect], reach: f64) -> (f64, f64, Vec<Guide>) {
    let mut guides = Vec::new();
    let dx = nearest(marks(moving.x, moving.w), others.iter().map(|other| marks(other.x, other.w)), reach);
    let dy = nearest(marks(moving.y, moving.h), others.iter().map(|other| marks(other.y, other.h)), reach);
    // Where no edge is near, a gap may be.
    let gap_x = dx.is_none().then(|| equal_gap(across(moving), others.iter().map(across), reach)).flatten();
    let gap_y = dy.is_none().then(|| equal_gap(down(moving), others.iter().map(down), reach)).flatten();
    let shift = |own: Option<f64>, gap: &Option<Gap>| own.or(gap.as_ref().map(|gap| gap.shift)).unwrap_or(0.0);
    let (shift_x, shift_y) = (shift(dx, &gap_x), shift(dy, &gap_y));
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
    let gap_guides = |gap: Option<Gap>, is_vertical: bool, at: f64| {
        let gaps = gap.map(|gap| gap.gaps).into_iter().flatten();
        gaps.map(move |(from, to)| Guide { is_vertical, at, from, to, is_gap: true })
    };
    guides.extend(gap_guides(gap_x, false, shown.centre().y));
    guides.extend(gap_guides(gap_y, true, shown.centre().x));
    (shift_x, shift_y, guides)
}

/// A span on the axis that is looked at, and the one beside it.
type Spans = (Span, Span);

fn across(rect: &Rect) -> Spans {
    ((rect.x, rect.w), (rect.y, rect.h))
}

fn down(rect: &Rect) -> Spans {
    ((rect.y, rect.h), (rect.x, rect.w))
}

/// How far to shift so that two gaps are equal, and where they are then.
struct Gap {
    shift: f64,
    gaps: [(f64, f64); 2],
}

/// The nearest place at which the gaps beside a span are equal: between its two neighbours, or beyond one of them by as
/// much as that one is beyond the next. Only what is in the same row counts.
fn equal_gap(moving: Spans, others: impl Iterator<Item = Spans>, reach: f64) -> Option<Gap> {
    let ((start, length), (side, breadth)) = moving;
    let in_row = others.filter(|(_, (at, size))| *at < side + breadth && side < at + size);
    let mut row: Vec<Span> = in_row.map(|(along, _)| along).collect();
    row.sort_by(|a, b| a.0.total_cmp(&b.0));
    let end = |(from, size): Span| from + size;
    let middle = start + length / 2.0;
    let (before, after): (Vec<Span>, Vec<Span>) = row.into_iter().partition(|(from, size)| from + size / 2.0 < middle);
    let mut places: Vec<(f64, [(f64, f64); 2])> = Vec::new();
    if let (Some(left), Some(right)) = (before.last(), after.first()) {
        let gap = (right.0 - end(*left) - length) / 2.0;
        let place = end(*left) + gap;
        places.push((place, [(end(*left), place), (place + length, right.0)]));
    }
    if let [.., far, near] = before.as_slice() {
        let gap = near.0 - end(*far);
        let place = end(*near) + gap;
        places.push((place, [(end(*far), near.0), (end(*near), place)]));
    }
    if let [near, far, ..] = after.as_slice() {
        let gap = far.0 - end(*near);
        let place = near.0 - gap - length;
        places.push((place, [(place + length, near.0), (end(*near), far.0)]));
    }
    let fits = |(_, gaps): &(f64, [(f64, f64); 2])| gaps.iter().all(|(from, to)| to > from);
    let near = places.into_iter().filter(fits).map(|(place, gaps)| Gap { shift: place - start, gaps });
    near.filter(|gap| gap.shift.abs() <= reach).min_by(|a, b| a.shift.abs().total_cmp(&b.shift.abs()))
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
            let (from, to) = (from.min(own_cross.0), to.max(own_cross.0 + own_cross.1));
            Some(Guide { is_vertical, at, from, to, is_gap: false })
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
        assert_eq!(guides[0], Guide { is_vertical: true, at: 0.0, from: 0.0, to: 380.0, is_gap: false });
    }

    #[test]
    fn a_third_card_in_a_row_keeps_the_gap_of_the_others() {
        let others = [Rect::new(0.0, 0.0, 240.0, 100.0), Rect::new(304.0, 0.0, 240.0, 100.0)];

        let (dx, dy, guides) = align(&Rect::new(611.0, 30.0, 240.0, 80.0), &others, 6.0);

        assert_eq!((dx, dy), (-3.0, 0.0));
        let gaps: Vec<_> = guides.iter().filter(|guide| guide.is_gap).map(|guide| (guide.from, guide.to)).collect();
        assert_eq!(gaps, [(240.0, 304.0), (544.0, 608.0)]);

        let apart = [Rect::new(0.0, 0.0, 240.0, 100.0), Rect::new(800.0, 0.0, 240.0, 100.0)];
        assert_eq!(align(&Rect::new(396.0, 30.0, 240.0, 80.0), &apart, 6.0).0, 4.0, "in the middle of both neighbours");
        assert!(align(&Rect::new(396.0, 300.0, 240.0, 80.0), &apart, 6.0).2.is_empty(), "another row says nothing");
    }

    #[test]
    fn far_cards_do_not_pull() {
        let others = [Rect::new(0.0, 0.0, 240.0, 100.0)];

        assert_eq!(align(&Rect::new(40.0, 333.0, 240.0, 80.0), &others, 6.0), (0.0, 0.0, Vec::new()));
    }
}
