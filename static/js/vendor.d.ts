// For a check before static/vendor/ is built; after that, socket.io.d.ts there tells the same.

declare module "*/vendor/socket.io.js" {
  export * from "socket.io-client";
  export { default } from "socket.io-client";
}
