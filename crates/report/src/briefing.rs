//! 一图读懂: one A4 page for those who read nothing longer.

use askama::Template;

use crate::{
    PointEntry, Report, ReportError, Section,
    canvas::{BLUE, Canvas, GREY, INK, Ink, PALE},
    official::charts,
    typography, words,
    words::MACHINE_MARK,
};

/// A4 at 96 dots an inch.
const WIDTH: usize = 794;
/// See [`WIDTH`].
const HEIGHT: usize = 1_123;
const EDGE: usize = 48;
/// Width between the edges.
const ROOM: usize = WIDTH - 2 * EDGE;
/// Charts side by side.
const HALF: usize = (ROOM - 32) / 2;
/// Bars of a chart.
const BARS: usize = 6;
/// Points quoted at most; as many as the page holds.
const POINTS: usize = 6;
/// Where the remarks at the foot begin.
const FOOT: usize = HEIGHT - 56;

#[derive(Template)]
#[template(path = "briefing.html")]
struct Page<'r> {
    title: &'r str,
    picture: String,
}

/// One page with a picture: numbers, charts, the weightiest points in their senders' words.
pub fn to_briefing(report: &Report) -> Result<String, ReportError> {
    let page = Page {
        title: &report.draft_title,
        picture: picture(report),
    };
    Ok(page.render()?)
}

fn picture(report: &Report) -> String {
    let mut canvas = Canvas::new(WIDTH, HEIGHT);
    canvas.rect((0, 0), (WIDTH, HEIGHT), "#ffffff");
    let mut y = head(&mut canvas, report);
    y = numbers(&mut canvas, y, report);
    y = pictures(&mut canvas, y, report);
    points(&mut canvas, y, report);
    let mut note = format!(
        "件数为来件数，一件可能涉及几条；观点为{MACHINE_MARK}，引号内为提出人原话，个人信息已隐去。"
    );
    note.extend(report.encoder_note.as_deref());
    canvas.lines((EDGE, FOOT), Ink::new(11, GREY), (ROOM, 2), &note);
    canvas.svg(&report.draft_title)
}

fn head(canvas: &mut Canvas, report: &Report) -> usize {
    canvas.rect((0, 0), (WIDTH, 116), BLUE);
    let ink = Ink::new(24, "#ffffff").bold().at("middle");
    let mut y = 42;
    let title = format!("《{}》征求意见一图读懂", report.draft_title);
    for line in typography::title(&title, 2 * ROOM / ink.size)
        .iter()
        .take(2)
    {
        canvas.text((WIDTH / 2, y), ink, line);
        y += 32;
    }
    let mut facts = Vec::new();
    if let Some(period) = &report.period {
        let (opens, closes) = (words::day(&period.opens), words::day(&period.closes));
        facts.push(format!("{opens}至{closes}"));
    }
    facts.extend(report.letter.organisation.clone());
    let small = Ink::new(13, "#ffffff").at("middle");
    canvas.text((WIDTH / 2, 104), small, &facts.join("　"));
    148
}

/// The numbers that everything else adds up to.
fn numbers(canvas: &mut Canvas, y: usize, report: &Report) -> usize {
    let counts = report.totals.counts;
    let cards = [
        (report.ledger.received, "件来件"),
        (counts.submissions, "件意见建议"),
        (counts.senders, "人提出"),
        (counts.texts, "个不同文本"),
        (report.totals.points, "个观点"),
    ];
    let wide = (ROOM - 4 * 12) / cards.len();
    for (at, (number, name)) in cards.into_iter().enumerate() {
        let x = EDGE + at * (wide + 12);
        canvas.rect((x, y), (wide, 78), PALE);
        let middle = x + wide / 2;
        let big = Ink::new(30, BLUE).bold().at("middle");
        canvas.text((middle, y + 40), big, &number.to_string());
        canvas.text((middle, y + 64), Ink::new(13, INK).at("middle"), name);
    }
    y + 108
}

fn pictures(canvas: &mut Canvas, y: usize, report: &Report) -> usize {
    let mut below = [y, y];
    for (at, chart) in charts(report, BARS).into_iter().take(4).enumerate() {
        let (x, top) = (EDGE + (at % 2) * (HALF + 32), below[at % 2]);
        canvas.text((x, top + 4), Ink::new(15, BLUE).bold(), &chart.title);
        below[at % 2] = canvas.bars((x, top + 18), (HALF, 130), &chart.bars) + 20;
        if at % 2 == 1 {
            below = [below[0].max(below[1]); 2];
        }
    }
    below[0].max(below[1])
}

/// The weightiest points, each with its provision, numbers and words.
fn points(canvas: &mut Canvas, mut y: usize, report: &Report) {
    let mut points: Vec<(&Section, &PointEntry)> = (report.sections.iter())
        .flat_map(|s| s.points.iter().map(move |p| (s, p)))
        .collect();
    points.sort_by_key(|(_, p)| std::cmp::Reverse((p.counts.senders, p.counts.submissions)));
    canvas.text((EDGE, y + 4), Ink::new(15, BLUE).bold(), "说得最多的");
    y += 28;
    for (section, point) in points.into_iter().take(POINTS) {
        if y + 72 > FOOT {
            break;
        }
        canvas.rect((EDGE, y - 14), (4, 60), BLUE);
        let about = format!(
            "{}　{}　{}",
            section.name(),
            words::stance(point.stance),
            words::weights(point.counts)
        );
        let x = EDGE + 14;
        canvas.lines((x, y), Ink::new(12, GREY), (ROOM - 14, 1), &about);
        let said = words::point(point);
        canvas.lines((x, y + 22), Ink::new(14, INK), (ROOM - 14, 2), &said);
        y += 76;
    }
}

#[cfg(test)]
mod tests {
    use super::to_briefing;
    use crate::sample;

    #[test]
    fn it_shows_the_numbers_and_quotes_the_weightiest_point() {
        let html = to_briefing(&sample::report()).unwrap();
        for part in [
            ">6</text>",
            "件来件",
            "“建议把三十日改为十五日”",
            "统一使用“其他”",
        ] {
            assert!(html.contains(part), "{part}");
        }
    }
}
