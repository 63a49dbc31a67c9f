using PaymentFlow.StripeSandbox.Disputes;
using PaymentFlow.StripeSandbox.Ledger;
using PaymentFlow.StripeSandbox.Objects;
using PaymentFlow.StripeSandbox.Refunds;

namespace PaymentFlow.StripeSandbox.ScheduledEffects;

/// <summary>
/// Applies each after-effect <c>Sandbox:ScheduledEffectsDelay</c> after its cause. A restart begins the delay of the remaining ones again.
/// </summary>
sealed partial class ScheduledEffectRunner(
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
            await books.HappenAsync(effect.PaymentIntent, intent => Decide(intent, effect, books.Now()));
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

    /// <summary>Applies the effect to the current state of the PaymentIntent. Null when there is nothing left to do.</summary>
    static Decision? Decide(PaymentIntent intent, ScheduledEffect effect, long now)
    {
        if (intent.LatestCharge is { } charge && charge.Id == effect.Subject)
        {
            return charge.WillBeDisputed
                ? Disputing.Open(intent, charge.PaymentMethod.Kind().DisputedAs!, amount: null, now)
                : null;
        }
        return Refunding.Settle(intent, effect.Subject);
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "The after-effect on {Subject} failed; the next start tries it again")]
        public static partial void Failed(ILogger logger, Exception failure, string subject);
    }
}
