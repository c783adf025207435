/** For `make check`: scripts and functions that can be read in one sitting. What sizes.py is for Python. */

import { API } from "typescript/unstable/sync";
import {
  isArrowFunction,
  isConstructorDeclaration,
  isFunctionDeclaration,
  isFunctionExpression,
  isGetAccessorDeclaration,
  isMethodDeclaration,
  isSetAccessorDeclaration,
} from "typescript/unstable/ast/is";

const SCRIPT = 300;
const FUNCTION = 40;
const FUNCTIONS = [
  isArrowFunction,
  isConstructorDeclaration,
  isFunctionDeclaration,
  isFunctionExpression,
  isGetAccessorDeclaration,
  isMethodDeclaration,
  isSetAccessorDeclaration,
];

const home = `${process.cwd()}/`;
const api = new API({ cwd: home });
const [project] = api.updateSnapshot({ openProject: "tsconfig.json" }).getProjects();
const names = project.program.getSourceFileNames().filter((name) => name.startsWith(`${home}static/js/`));
const found = names.sort().flatMap((name) => tooLong(project.program.getSourceFile(name)));
api.close();
for (const each of found) console.log(each);
if (!names.length) console.log("no scripts were found");
process.exitCode = found.length || !names.length ? 1 : 0;

function tooLong(file) {
  const name = file.fileName.slice(home.length);
  const lines = lineOf(file, file.text.length) - 1;
  const whole = lines > SCRIPT ? [`${name}: ${lines} lines, at most ${SCRIPT}`] : [];
  return [...whole, ...longFunctions(file, file, name)];
}

function longFunctions(node, file, name) {
  const inside = [];
  node.forEachChild((child) => void inside.push(...longFunctions(child, file, name)));
  if (!FUNCTIONS.some((is) => is(node))) return inside;
  const begins = lineOf(file, node.getStart(file));
  const lines = lineOf(file, node.end) - begins + 1;
  if (lines <= FUNCTION) return inside;
  return [`${name}:${begins} ${nameOf(node)}: ${lines} lines, at most ${FUNCTION}`, ...inside];
}

function nameOf(node) {
  return isConstructorDeclaration(node) ? "constructor" : (node.name?.text ?? "a function");
}

/** The line of a position, from 1. */
function lineOf(file, position) {
  return file.text.slice(0, position).split("\n").length;
}
