// Personal data in what somebody types, pointed out before it is sent. It happens in this page: nothing
// leaves it. The server looks again, with more knowledge; this is a hint and no gate.

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

function isIdentity(text) {
  const sum = WEIGHTS.reduce((total, weight, i) => total + weight * Number(text[i]), 0);
  return "10X98765432"[sum % 11] === text[17].toUpperCase();
}

function isCard(text) {
  let sum = 0;
  for (let i = 0; i < text.length; i += 1) {
    const digit = Number(text[text.length - 1 - i]);
    const twice = i % 2 === 1 ? digit * 2 : digit;
    sum += twice > 9 ? twice - 9 : twice;
  }
  return sum % 10 === 0;
}

const bare = (text) => text.replace(/[\s-]/g, "");

const KINDS = [
  ["身份证号码", /(?:^|[^\d])(\d{17}[\dXx])(?![\dXx])/g, isIdentity],
  ["银行卡号", /(?:^|[^\d])((?:\d[ -]?){15,18}\d)(?!\d)/g, (text) => isCard(bare(text))],
  ["手机号码", /(?:^|[^\d])((?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4})(?!\d)/g, () => true],
  ["固定电话", /(?:^|[^\d])(0\d{2,3}-?\d{7,8})(?!\d)/g, () => true],
  ["电子邮箱", /([\w.+-]+@[\w-]+\.[\w.-]*\w)/g, () => true],
  ["车牌号", /([京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][·\s]?[A-HJ-NP-Z0-9]{5,6})(?![A-Za-z0-9])/g, () => true],
  ["姓名", /(?:我叫|我是|本人|姓名[:：]\s*)([\u4e00-\u9fff]{2,4})(?=[，,。；;、\s]|$)/g, (text) => SURNAMES.includes(text[0])],
  ["详细住址", /([\u4e00-\u9fff]{2,12}(?:小区|花园|家园|公寓|村|路|街|巷)[\u4e00-\u9fff\d]{0,10}?\d+[号栋幢][\u4e00-\u9fff\d-]{0,12}?(?:\d+室|\d+单元)?)/g, () => true],
];

const SURNAMES =
  "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文";

/** [{kind, text}] in the order of the kinds, without what another find contains. */
export function find(words) {
  const found = [];
  for (const [kind, pattern, isOne] of KINDS) {
    for (const match of words.matchAll(pattern)) {
      const text = match[1].trim();
      const isKnown = found.some((one) => one.text.includes(text));
      if (!isKnown && isOne(text)) {
        found.push({ kind, text });
      }
    }
  }
  return found;
}

/** Shows under a field what was found in it, whenever it changes. */
export function watch(field) {
  const note = document.createElement("p");
  note.className = "hint";
  note.setAttribute("role", "status");
  note.hidden = true;
  field.after(note);
  const look = () => {
    const found = find(field.value);
    note.hidden = found.length === 0;
    note.textContent = found.length
      ? `这里好像有${found.map((one) => `${one.kind}（${one.text}）`).join("、")}。不影响提意见的话，建议删去；留着也可以，公开时会遮盖。`
      : "";
  };
  field.addEventListener("input", look);
  look();
}
