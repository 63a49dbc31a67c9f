using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.Messaging.CloudEvents;

public static class EventKeysExtensions
{
    /// <summary>
    /// Registers the keys of the section <c>Events:Keys</c>: a list per topic. Ends the process with one line if two topics share a key,
    /// because a consumer of the one topic could then write events of the other.
    /// </summary>
    public static void AddEventKeys(this IHostApplicationBuilder builder)
    {
        Dictionary<string, string[]> topics = builder.Configuration.GetSection("Events:Keys").GetChildren()
            .ToDictionary(topic => topic.Key, topic => topic.GetChildren().Select(key => key.Value).OfType<string>()
                .Where(key => key.Length > 0).ToArray());
        if (topics.SelectMany(topic => topic.Value.Distinct()).GroupBy(key => key).Any(key => key.Count() > 1))
        {
            RequiredSettings.Stop($"{builder.Environment.ApplicationName} cannot start: two topics have the same key: set "
                + $"{string.Join(" and ", topics.Keys.Select(topic => $"Events:Keys:{topic}"))} to different ones (openssl rand -hex 24).");
        }
        builder.Services.TryAddSingleton(new EventKeys(topics));
    }
}
