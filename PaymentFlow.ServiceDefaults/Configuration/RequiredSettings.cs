using System.Globalization;
using Microsoft.Extensions.Hosting;

namespace PaymentFlow.ServiceDefaults.Configuration;

/// <summary>Settings without which, or with whose value, a service must not start.</summary>
public static class RequiredSettings
{
    /// <summary>
    /// Trims all values (<see cref="TrimmedValues"/>). Returns when each of <paramref name="keys"/> has a value and no setting has a wrong
    /// one (<see cref="SettingRules"/>). Otherwise ends the process (exit code 1) with one line on standard error that names the settings
    /// and the remedy. Call this first in <c>Program.cs</c>.
    /// </summary>
    /// <example><c>builder.RequireSettings("ConnectionStrings:ordersdb", "Operator:Key");</c></example>
    public static TBuilder RequireSettings<TBuilder>(this TBuilder builder, params ReadOnlySpan<string> keys)
        where TBuilder : IHostApplicationBuilder
    {
        builder.Configuration.TrimValues();
        List<string> missing = [];
        foreach (var key in keys)
            if (string.IsNullOrWhiteSpace(builder.Configuration[key])) missing.Add(key);
        if (missing.Count > 0)
        {
            Stop($"{builder.Environment.ApplicationName} cannot start: setting {string.Join(", ", missing)} is missing. " +
                $"Start it with `dotnet run --project PaymentFlow.AppHost`, which provides it, or set the environment variable " +
                $"{string.Join(", ", missing.Select(key => key.Replace(":", "__", StringComparison.Ordinal)))}.");
        }
        if (SettingRules.Problems(builder.Configuration, builder.Environment.IsDevelopment()).FirstOrDefault() is { } problem)
            builder.StopFor(problem);
        return builder;
    }

    /// <summary>
    /// Reads the section <paramref name="section"/>. Ends the process with one line if a value in it has the wrong form or breaks a
    /// <c>[Range]</c>.
    /// </summary>
    public static T ReadSettings<T>(this IHostApplicationBuilder builder, string section) where T : class, new()
    {
        if (SettingRules.Read<T>(builder.Configuration.GetSection(section), out var settings) is { } problem) builder.StopFor(problem);
        return settings;
    }

    /// <summary>
    /// Ends the process with one line if .NET does not know the <paramref name="languages"/>. It knows none without ICU, a library that
    /// small container images lack.
    /// </summary>
    public static TBuilder RequireLanguages<TBuilder>(this TBuilder builder, params ReadOnlySpan<string> languages)
        where TBuilder : IHostApplicationBuilder
    {
        foreach (var language in languages)
        {
            try
            {
                CultureInfo.GetCultureInfo(language, predefinedOnly: true);
            }
            catch (CultureNotFoundException)
            {
                builder.StopFor($".NET does not know the language '{language}', because ICU is missing or switched off. Install ICU "
                    + "(Debian and Ubuntu: apt-get install libicu-dev; Alpine: apk add icu-libs icu-data-full), and remove "
                    + "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT from the environment.");
            }
        }
        return builder;
    }

    /// <summary>
    /// Ends the process (exit code 1) with <paramref name="reason"/>, one line, on standard error. For a setting with a wrong value.
    /// </summary>
    public static void Stop(string reason)
    {
        Console.Error.WriteLine(reason);
        Environment.Exit(1);
    }

    static void StopFor(this IHostApplicationBuilder builder, string problem) =>
        Stop($"{builder.Environment.ApplicationName} cannot start: {problem}".ReplaceLineEndings(" "));
}
