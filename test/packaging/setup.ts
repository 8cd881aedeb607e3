import { buildPackage } from "../build-package.ts";

export default buildPackage;
