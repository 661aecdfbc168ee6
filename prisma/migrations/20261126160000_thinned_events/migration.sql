-- AlterTable
ALTER TABLE "job" ADD COLUMN "events_thinned_at" TIMESTAMPTZ(3);
