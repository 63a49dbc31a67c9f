using PaymentFlow.StripeSandbox.Ledger;

namespace PaymentFlow.StripeSandbox.ScheduledEffects;

/// <summary>
/// Applies each after-effect <c>Sandbox:ScheduledEffectsDelay</c> after its cause. A restart begins the delay of the remaining ones again.
/// </summary>
internal sealed partial class ScheduledEffectRunner(
    SandboxOptions options, ScheduledEffectQueue effects, Books books, TimeProvider time,
    ILogger<ScheduledEffectRunner> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        foreach (var slot in books.State.Intents.Snapshot()) effects.Enqueue(slot.Current);
        await foreach (var effect in effects.Reader.ReadAllAsync(stopping)) _ = RunAsync(effect, stopping);
    }

    async Task RunAsync(ScheduledEffect effect, CancellationToken stopping)
    {
        try
        {
            await Task.Delay(options.ScheduledEffectsDelay, time, stopping);
            effects.Forget(effect);
            await books.HappenAsync(effect.PaymentIntent, intent => ScheduledEffectQueue.Decide(intent, effect, books.Now()));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The effect is not lost. The next start derives it from the books again.
        }
        catch (Exception failure)
        {
            Log.Failed(log, failure, effect.Subject);
        }
    }

    static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "The after-effect on {Subject} failed; the next start tries it again")]
        public static partial void Failed(ILogger logger, Exception failure, string subject);
    }
}
