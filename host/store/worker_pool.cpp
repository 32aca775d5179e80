#include "store/worker_pool.hpp"

#include <algorithm>

namespace tenon::host {

void refuse(transaction_job& job, const char* why) {
    job.fail(fail(errc::storage_unavailable, why));
    job.complete();
}

worker_pool::worker_pool(
    std::size_t threads, std::size_t batch, std::size_t max_waiting, work on_batch
)
    : batch_(batch), max_waiting_(max_waiting), on_batch_(std::move(on_batch)) {
    threads_.reserve(threads);
    for (std::size_t i = 0; i < threads; ++i) {
        threads_.emplace_back([this, i] { loop(i); });
    }
}

worker_pool::~worker_pool() {
    {
        const std::lock_guard lock(guard_);
        stopping_ = true;
    }
    arrived_.notify_all();
    for (auto& thread : threads_) {
        thread.join();
    }
    for (const auto& job : waiting_) {
        refuse(*job, "the database is being closed");
    }
}

void worker_pool::submit(job_ptr job) {
    const char* refusal = nullptr;
    {
        const std::lock_guard lock(guard_);
        if (stopping_) {
            refusal = "the database is being closed";
        } else if (waiting_.size() >= max_waiting_) {
            refusal = "too many requests wait for the database; try again";
        } else {
            waiting_.push_back(std::move(job));
            arrived_.notify_one();
            return;
        }
    }
    refuse(*job, refusal);
}

auto worker_pool::take(std::vector<job_ptr>& batch) -> bool {
    std::unique_lock lock(guard_);
    arrived_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) {
        return false;
    }
    const auto count = std::min(batch_, waiting_.size());
    for (std::size_t i = 0; i < count; ++i) {
        batch.push_back(std::move(waiting_.front()));
        waiting_.pop_front();
    }
    return true;
}

void worker_pool::loop(std::size_t worker) {
    std::vector<job_ptr> batch;
    while (take(batch)) {
        on_batch_(worker, batch);
        batch.clear();
    }
}

}  // namespace tenon::host
