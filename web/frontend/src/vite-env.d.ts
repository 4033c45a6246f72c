/// <reference types="vite/client" />
declare module "htmx-ext-sse";
declare module "bootstrap/js/dist/collapse";
declare module "bootstrap/js/dist/dropdown";
