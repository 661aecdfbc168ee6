-- AlterTable
ALTER TABLE "job" ADD COLUMN     "handed_back" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "checkpoint" (
    "job_id" TEXT NOT NULL,
    "attempt" INTEGER NOT NULL,
    "epoch" INTEGER NOT NULL,
    "step" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "latest" JSON,
    "best" JSON,
    "artifact" TEXT NOT NULL,

    CONSTRAINT "checkpoint_pkey" PRIMARY KEY ("job_id","attempt","epoch")
);

-- CreateIndex
CREATE INDEX "checkpoint_artifact_idx" ON "checkpoint"("artifact");

-- AddForeignKey
ALTER TABLE "checkpoint" ADD CONSTRAINT "checkpoint_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "job"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "checkpoint" ADD CONSTRAINT "checkpoint_artifact_fkey" FOREIGN KEY ("artifact") REFERENCES "artifact"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
