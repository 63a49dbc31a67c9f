using PaymentFlow.Tests.Browser;
using PaymentFlow.Tests.Chaos;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.AppHost;
using PaymentFlow.Tests.Integration.Reconciliation;
using PaymentFlow.Tests.Integration.Resilience;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace PaymentFlow.Tests.Fixtures;

/// <summary>
/// Starts the collections with the longest serial tests first. If they started last, they would run alone at the end, on an otherwise
/// idle machine.
/// </summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    static readonly string[] Longest =
    [
        nameof(OutageApp), nameof(PagesOfOtherApps), nameof(ShopPages), nameof(MoreConsolePages), nameof(ConsolePages),
        nameof(ChaosTests), nameof(FaultyStripeApp),
        ClassOf<HostProcessTests>(), ClassOf<StartOrderTests>(), ClassOf<GivenServersTests>(), ClassOf<WatchedOrdersReconcilerTests>(),
    ];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(collection =>
            Array.FindIndex(Longest, name => collection.TestCollectionDisplayName.StartsWith(name, StringComparison.Ordinal))
                is >= 0 and var place ? place : Longest.Length)];

    /// <summary>The name of the collection of a class that is in no other. xunit appends an id.</summary>
    static string ClassOf<T>() => $"Test collection for {typeof(T).FullName} ";
}
