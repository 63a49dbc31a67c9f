using System.Collections;
using System.Globalization;
using System.Resources;
using PaymentFlow.Web.Languages;

namespace PaymentFlow.Tests.Unit.Web;

public sealed class TextsTests
{
    static readonly ResourceManager Texts = new(typeof(Texts));

    [Fact]
    public void Every_text_exists_in_every_language_with_the_same_placeholders()
    {
        var english = Read(CultureInfo.InvariantCulture);
        var russian = Read(new CultureInfo("ru"));

        Assert.NotEmpty(english);
        Assert.Equal(english.Keys.Order(StringComparer.Ordinal), russian.Keys.Order(StringComparer.Ordinal));
        Assert.All(english, text => Assert.Equal(
            text.Value.Contains("{0}", StringComparison.Ordinal),
            russian[text.Key].Contains("{0}", StringComparison.Ordinal)));
    }

    static Dictionary<string, string> Read(CultureInfo culture) =>
        Texts.GetResourceSet(culture, createIfNotExists: true, tryParents: false)!.Cast<DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => (string)entry.Value!);
}
