/** `keepsake/worker`: the Worker's entry. */
import { serve } from "./serve.ts";

serve();
