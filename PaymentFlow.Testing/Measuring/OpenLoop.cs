using System.Diagnostics;

namespace PaymentFlow.Testing.Measuring;

/// <summary>
/// Sends requests at a steady rate without waiting for earlier answers, like independent customers. Each request gets its intended send
/// time. A latency measured from that time includes the delay of requests that were sent late (no coordinated omission).
/// </summary>
static class OpenLoop
{
    /// <param name="send">
    /// Called on the loop's own thread with the request's number and its intended time, a <see cref="Stopwatch"/> timestamp.
    /// </param>
    /// <returns>Completes when the last request is done. Fails if a request failed.</returns>
    public static async Task RunAsync(double rate, int count, Func<int, long, Task> send)
    {
        var requests = new Task[count];
        await Task.Factory.StartNew(() =>
        {
            Schedule schedule = new(Stopwatch.GetTimestamp(), rate);
            for (var i = 0; i < count; i++)
            {
                var intended = schedule.At(i);
                Pacer.WaitUntil(intended);
                requests[i] = send(i, intended);
            }
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await Task.WhenAll(requests);
    }
}
