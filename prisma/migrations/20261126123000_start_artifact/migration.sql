-- AlterTable
ALTER TABLE "job" ADD COLUMN "start_artifact" TEXT;

-- Jobs that have not begun find their weights by their file from now on.
UPDATE "job" SET "start_artifact" = "weights"."file_artifact" FROM "weights" WHERE "weights"."id" = "job"."weights_id";

-- CreateIndex
CREATE INDEX "job_start_artifact_idx" ON "job"("start_artifact");

-- AddForeignKey
ALTER TABLE "job" ADD CONSTRAINT "job_start_artifact_fkey" FOREIGN KEY ("start_artifact") REFERENCES "artifact"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
