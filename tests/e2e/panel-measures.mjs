// What an eye would measure on the page. These functions run in the browser; each stands alone.

/**
 * Every visible piece of text: its words, its box, the height of its capital H in CSS pixels; and every
 * mark. Each with its contrast to what is behind it (the worse one on stripes).
 */
export function measurePanel() {
    const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const paint = (color) => {
        context.clearRect(0, 0, 1, 1);
        context.fillStyle = color;
        context.fillRect(0, 0, 1, 1);
        return [...context.getImageData(0, 0, 1, 1).data];
    };
    context.canvas.width = context.canvas.height = 1;
    const luminance = ([r, g, b]) => {
        const linear = [r, g, b].map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
    };
    const contrast = (a, b) => {
        const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
        return (light + 0.05) / (dark + 0.05);
    };
    /** Colours behind an element, nearest first found. */
    const behind = (element) => {
        for (let at = element; at; at = at.parentElement) {
            const style = getComputedStyle(at);
            const stripes = style.backgroundImage.match(/(rgba?|color|light-dark|oklch)\([^()]*(\([^()]*\)[^()]*)*\)/g);
            if (style.backgroundImage.startsWith('repeating-linear-gradient')) return stripes.map(paint);
            const color = paint(style.backgroundColor);
            if (color[3] === 255) return [color];
        }
        return [paint('Canvas')];
    };
    const capital = (style) => {
        context.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
        return context.measureText('H').actualBoundingBoxAscent;
    };
    /** What of a box is not clipped away. */
    const shown = ({ left, top, right, bottom }, element) => {
        for (let at = element; at; at = at.parentElement) {
            if (getComputedStyle(at).overflow === 'visible') continue;
            const clip = at.getBoundingClientRect();
            [left, top] = [Math.max(left, clip.left), Math.max(top, clip.top)];
            [right, bottom] = [Math.min(right, clip.right), Math.min(bottom, clip.bottom)];
        }
        return { left, top, right, bottom };
    };
    const texts = [];
    const walker = document.createTreeWalker(document.querySelector('.zg-root'), NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const node = walker.currentNode;
        const element = node.parentElement;
        if (!node.data.trim() || element.closest('.zg\\:sr-only') || !element.checkVisibility()) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        const box = shown(range.getBoundingClientRect(), element);
        const style = getComputedStyle(element);
        if (box.right <= box.left || box.bottom <= box.top) continue;
        const color = paint(style.color);
        texts.push({
            text: node.data,
            box,
            capital: capital(style),
            contrast: Math.min(...behind(element).map((under) => contrast(color, under))),
            isHeading: element.matches('h2, h3') || element.closest('h2, h3') !== null,
            isFigure: element.closest('dd') !== null && Number.parseInt(style.fontWeight) > 500,
            isHero: element.closest('.zg\\:text-hero') !== null,
            isInJobs: element.closest('table') !== null,
        });
    }
    // A mark carries meaning by its colour: dot, arc, bar.
    const marks = [...document.querySelectorAll('.zg-root :is(.zg-moves, circle.zg\\:stroke-mark, .zg\\:bg-mark)')].map((mark) => {
        const style = getComputedStyle(mark);
        const isArc = mark instanceof SVGElement;
        const isHollow = !isArc && style.borderTopWidth !== '0px';
        const color = paint(isArc ? style.stroke : isHollow ? style.borderTopColor : style.backgroundColor);
        return {
            color: color.slice(0, 3),
            contrast: Math.min(...behind(mark.parentElement).map((under) => contrast(color, under))),
            isInJobs: mark.closest('table') !== null,
            of: mark.closest('[data-status], [data-band]')?.outerHTML.slice(0, 80),
        };
    });
    return { texts, marks };
}

/** What is cut off or sticks out: boxes whose content is wider or higher than they show, without an ellipsis. */
export function findCuts() {
    const cuts = [];
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) cuts.push(`the page scrolls sideways: ${scrollWidth} > ${clientWidth}`);
    for (const element of document.querySelectorAll('.zg-root *')) {
        const style = getComputedStyle(element);
        if (style.overflow === 'visible' || !element.checkVisibility() || element.closest('.zg\\:sr-only')) continue;
        const scrolls = ['auto', 'scroll'].includes(style.overflowY);
        const hasEllipsis = style.textOverflow === 'ellipsis' || style.webkitLineClamp !== 'none';
        if (!hasEllipsis && element.scrollWidth > element.clientWidth + 1) cuts.push(`wider than its box: ${element.className}`);
        if (!hasEllipsis && !scrolls && element.scrollHeight > element.clientHeight + 1) {
            cuts.push(`higher than its box (${element.scrollHeight} > ${element.clientHeight}): ${element.className}`);
        }
    }
    const rows = document.querySelector('.zg-rows');
    const end = rows?.getBoundingClientRect().bottom;
    for (const row of rows?.querySelectorAll('tbody tr') ?? []) {
        const { top, bottom, height } = row.getBoundingClientRect();
        // The line above a row, and the air between it and the letters, may be seen.
        if (top < end - height / 8 && bottom > end + 1) cuts.push(`a job is cut through, ${Math.round(end - top)} of ${Math.round(height)} px`);
    }
    return cuts;
}

/** Lays the panel out from nothing: after a new size Chromium keeps rows as high as they were until something else changes. */
export function layOutAnew() {
    const { style } = document.querySelector('.zg-root');
    style.display = 'none';
    document.body.getBoundingClientRect();
    style.display = '';
}

/** The boxes of the panel's parts, rounded: what a change of the layout changes. */
export function layoutOf() {
    const round = ({ left, top, width, height }) => [left, top, width, height].map(Math.round);
    const parts = { panel: round(document.querySelector('.zg-panel').getBoundingClientRect()) };
    for (const heading of document.querySelectorAll('.zg-panel h2, .zg-panel h3')) {
        const part = heading.closest('section, header');
        const name = heading.textContent;
        parts[name] = round(part.getBoundingClientRect());
        const hero = part.querySelector('.zg\\:text-hero');
        if (hero) parts[`${name}: hero`] = round(hero.getBoundingClientRect());
        for (const fact of part.querySelectorAll('dt')) {
            if (fact.checkVisibility()) parts[`${name}: ${fact.textContent}`] = round(fact.getBoundingClientRect());
        }
        [...part.querySelectorAll('li')].filter((line) => line.checkVisibility()).forEach((line, index) => {
            parts[`${name}: foot ${index + 1}`] = round(line.getBoundingClientRect());
        });
    }
    const rows = [...document.querySelectorAll('.zg-panel tbody tr')];
    const view = document.querySelector('.zg-panel [role="region"]')?.getBoundingClientRect();
    const isWhole = (row) => row.getBoundingClientRect().bottom <= view.bottom + 1;
    parts['job rows in view'] = rows.filter(isWhole).length;
    return parts;
}
