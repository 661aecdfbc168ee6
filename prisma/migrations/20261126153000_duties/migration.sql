-- CreateTable
CREATE TABLE "duty" (
    "name" TEXT NOT NULL,
    "taken_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "duty_pkey" PRIMARY KEY ("name")
);
