-- AlterTable
ALTER TABLE "job" ADD COLUMN "checkpoint_wanted_at" TIMESTAMPTZ(3),
ADD COLUMN "model_epoch" INTEGER,
ADD COLUMN "model_step" BIGINT,
ADD COLUMN "best_artifact" TEXT,
ADD COLUMN "best_epoch" INTEGER,
ADD COLUMN "best_step" BIGINT;

-- A model that is there was made at its job's end.
UPDATE "job" SET "model_epoch" = "epoch", "model_step" = "step" WHERE "model_artifact" IS NOT NULL;

-- AlterTable
ALTER TABLE "checkpoint" ADD COLUMN "id" TEXT,
ADD COLUMN "best_epoch" INTEGER,
ADD COLUMN "best_step" BIGINT;

-- Hexadecimal digits are digits of ids, too.
UPDATE "checkpoint" SET "id" = 'chk_' || substr(md5("job_id" || '-' || "attempt" || '-' || "epoch"), 1, 26);

ALTER TABLE "checkpoint" ALTER COLUMN "id" SET NOT NULL,
DROP CONSTRAINT "checkpoint_pkey",
ADD CONSTRAINT "checkpoint_pkey" PRIMARY KEY ("id");

-- CreateIndex
CREATE INDEX "checkpoint_job_id_attempt_epoch_step_idx" ON "checkpoint"("job_id", "attempt", "epoch", "step");

-- CreateIndex
CREATE INDEX "job_best_artifact_idx" ON "job"("best_artifact");

-- AddForeignKey
ALTER TABLE "job" ADD CONSTRAINT "job_best_artifact_fkey" FOREIGN KEY ("best_artifact") REFERENCES "artifact"("id") ON DELETE SET NULL ON UPDATE CASCADE;
