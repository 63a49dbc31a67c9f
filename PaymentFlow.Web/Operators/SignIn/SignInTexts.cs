namespace PaymentFlow.Web.Operators.SignIn;

/// <summary>
/// The type that stands for the words of the pages of signing in: <c>SignInTexts.resx</c> and <c>SignInTexts.ru.resx</c>.
/// </summary>
public sealed class SignInTexts
{
    SignInTexts()
    {
    }
}
