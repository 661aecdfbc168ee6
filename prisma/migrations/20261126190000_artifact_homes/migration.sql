-- AlterTable
ALTER TABLE "artifact" ADD COLUMN "home" TEXT;

-- CreateTable
CREATE TABLE "object_to_delete" (
    "home" TEXT NOT NULL,
    "artifact_id" TEXT NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "error" TEXT,

    CONSTRAINT "object_to_delete_pkey" PRIMARY KEY ("home","artifact_id")
);

-- CreateIndex
CREATE INDEX "object_to_delete_due_at_idx" ON "object_to_delete"("due_at");

-- CreateIndex
CREATE INDEX "artifact_home_id_idx" ON "artifact"("home", "id");
