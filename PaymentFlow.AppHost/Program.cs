Console.WriteLine("PaymentFlow");
