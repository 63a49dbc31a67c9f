using System.Collections;
using System.Globalization;
using System.Resources;
using PaymentFlow.Web.Languages;

namespace PaymentFlow.Tests.Unit.Web;

public sealed class TextsTests
{
    const string Suffix = ".resources";

    public static TheoryData<string> Resources { get; } =
    [
        .. typeof(Texts).Assembly.GetManifestResourceNames()
            .Where(name => name.EndsWith(Suffix, StringComparison.Ordinal)).Select(name => name[..^Suffix.Length]),
    ];

    [Theory]
    [MemberData(nameof(Resources))]
    public void Every_text_exists_in_every_language_with_the_same_placeholders(string resource)
    {
        ResourceManager texts = new(resource, typeof(Texts).Assembly);
        var english = Read(texts, CultureInfo.InvariantCulture);
        var russian = Read(texts, new CultureInfo("ru"));

        Assert.NotEmpty(english);
        Assert.Equal(english.Keys.Order(StringComparer.Ordinal), russian.Keys.Order(StringComparer.Ordinal));
        Assert.All(english, text => Assert.All(["{0", "{1", "{2", "{3"], placeholder => Assert.Equal(
            text.Value.Contains(placeholder, StringComparison.Ordinal),
            russian[text.Key].Contains(placeholder, StringComparison.Ordinal))));
    }

    static Dictionary<string, string> Read(ResourceManager texts, CultureInfo culture) =>
        texts.GetResourceSet(culture, createIfNotExists: true, tryParents: false)!.Cast<DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => (string)entry.Value!);
}
