// For a check before static/vendor/ is built; after that, socket.io.d.ts there tells the same.

declare module "*/vendor/socket.io.js" {
  export * from "socket.io-client";
  export { default } from "socket.io-client";
}

declare module "*/vendor/rrweb-record.js" {
  export * from "@rrweb/record";
}
declare module "*/vendor/rrweb-replay.js" {
  export * from "@rrweb/replay";
}
