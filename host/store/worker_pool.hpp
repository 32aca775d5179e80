// Threads that take jobs from one bounded queue. Only the engines use this.
#pragma once

#include "store/transaction_job.hpp"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace tenon::host {

class worker_pool {
  public:
    using job_ptr = std::shared_ptr<transaction_job>;
    // Works on a batch: 1 to `batch` jobs, each of which it completes. Must not throw.
    using work = std::function<void(std::size_t worker, std::vector<job_ptr>& batch)>;

    worker_pool(std::size_t threads, std::size_t batch, std::size_t max_waiting, work on_batch);
    // Waits for what runs; what still waits is failed with storage_unavailable.
    ~worker_pool();
    worker_pool(const worker_pool&) = delete;
    auto operator=(const worker_pool&) -> worker_pool& = delete;

    // Fails and completes the job at once if the queue is full. Any thread.
    void submit(job_ptr job);

  private:
    void loop(std::size_t worker);
    auto take(std::vector<job_ptr>& batch) -> bool;

    std::size_t batch_;
    std::size_t max_waiting_;
    work on_batch_;
    std::mutex guard_;
    std::condition_variable arrived_;
    std::deque<job_ptr> waiting_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

// Fails the job with storage_unavailable, and completes it.
void refuse(transaction_job& job, const char* why);

}  // namespace tenon::host
