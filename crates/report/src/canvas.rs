//! Pictures of rectangles and words, as SVG.

use std::fmt::Write as _;

use crate::{markup::escape, official::Chart, typography};

/// Colours of pictures: dark enough to be read on white, and apart from each other in grey.
pub(crate) const INK: &str = "#1f2933";
/// See [`INK`].
pub(crate) const BLUE: &str = "#2f5f98";
/// See [`INK`].
pub(crate) const PALE: &str = "#e8eef5";
/// See [`INK`].
pub(crate) const GREY: &str = "#616e7c";

/// A picture in the making, in pixels.
pub(crate) struct Canvas {
    width: usize,
    height: usize,
    shapes: String,
}

/// How words look.
#[derive(Clone, Copy)]
pub(crate) struct Ink {
    pub(crate) size: usize,
    pub(crate) colour: &'static str,
    pub(crate) bold: bool,
    /// `start`, `middle` or `end`: which part of the words is at their place.
    pub(crate) anchor: &'static str,
}

impl Ink {
    pub(crate) const fn new(size: usize, colour: &'static str) -> Self {
        Self {
            size,
            colour,
            bold: false,
            anchor: "start",
        }
    }

    pub(crate) const fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    pub(crate) const fn at(self, anchor: &'static str) -> Self {
        Self { anchor, ..self }
    }
}

impl Canvas {
    pub(crate) fn new(width: usize, height: usize) -> Self {
        Self {
            width,
            height,
            shapes: String::new(),
        }
    }

    pub(crate) fn rect(&mut self, (x, y): (usize, usize), size: (usize, usize), colour: &str) {
        let (width, height) = size;
        let _ = write!(
            self.shapes,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{colour}\"/>"
        );
    }

    /// Words whose line stands at `y`.
    pub(crate) fn text(&mut self, (x, y): (usize, usize), ink: Ink, words: &str) {
        let weight = if ink.bold {
            " font-weight=\"bold\""
        } else {
            ""
        };
        let Ink {
            size,
            colour,
            anchor,
            ..
        } = ink;
        let words = escape(words);
        let _ = write!(
            self.shapes,
            "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" fill=\"{colour}\" \
             text-anchor=\"{anchor}\"{weight}>{words}</text>"
        );
    }

    /// Words in lines so wide, at most so many; what does not fit is left out and says so. Gives the
    /// place below.
    pub(crate) fn lines(
        &mut self,
        (x, mut y): (usize, usize),
        ink: Ink,
        (wide, most): (usize, usize),
        words: &str,
    ) -> usize {
        for line in clip(words, 2 * wide / ink.size, most) {
            self.text((x, y), ink, &line);
            y += ink.size * 3 / 2;
        }
        y
    }

    /// Bars with their names on the left and their numbers on the right. Gives the place below.
    pub(crate) fn bars(
        &mut self,
        (x, mut y): (usize, usize),
        (wide, name): (usize, usize),
        bars: &[(String, usize)],
    ) -> usize {
        let ink = Ink::new(12, INK);
        let longest = bars.iter().map(|b| b.1).max().unwrap_or(0).max(1);
        let room = wide - name - 50;
        for (label, value) in bars {
            let label = clip(label, 2 * (name - 8) / ink.size, 1).concat();
            self.text((x + name - 8, y + 12), ink.at("end"), &label);
            self.rect((x + name, y), (room * value / longest, 16), BLUE);
            let end = x + name + room * value / longest + 6;
            self.text((end, y + 12), ink, &value.to_string());
            y += 22;
        }
        y
    }

    pub(crate) fn svg(self, title: &str) -> String {
        let Self {
            width,
            height,
            shapes,
        } = self;
        let title = escape(title);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
             role=\"img\" aria-label=\"{title}\" font-family=\"'Source Han Sans SC','Noto Sans CJK \
             SC','Microsoft YaHei',sans-serif\"><title>{title}</title>{shapes}</svg>"
        )
    }
}

/// At most so many lines, the last with … where something is left out.
fn clip(words: &str, halves: usize, most: usize) -> Vec<String> {
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut lines = typography::wrap(&words, halves);
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            while typography::width(last) + 2 > halves && last.pop().is_some() {}
            last.push('…');
        }
    }
    lines
}

/// A chart of the annexes.
pub(crate) fn chart(chart: &Chart) -> String {
    let mut canvas = Canvas::new(720, 40 + 22 * chart.bars.len());
    canvas.text((360, 18), Ink::new(14, INK).at("middle"), &chart.title);
    canvas.bars((0, 34), (720, 220), &chart.bars);
    canvas.svg(&chart.title)
}

#[cfg(test)]
mod tests {
    use super::{Canvas, INK, Ink, clip};

    #[test]
    fn what_is_left_out_is_said_to_be() {
        assert_eq!(clip("一二三四五六", 6, 2), ["一二三", "四五六"]);
        assert_eq!(clip("一二三四五六七", 6, 2), ["一二三", "四五…"]);
    }

    #[test]
    fn words_are_no_markup() {
        let mut canvas = Canvas::new(100, 100);
        canvas.text((0, 0), Ink::new(12, INK), "<script>&");
        assert!(canvas.svg("\"><b>").contains("&lt;script&gt;&amp;</text>"));
    }
}
